"""FHIRPath, compiled to closures: the subset that SQL on FHIR asks for, and most of the rest.

https://hl7.org/fhirpath/N1/ (Normative Release 1). Not here: aggregate, trace, resolve, memberOf, now and
today (a view over a release must give the same rows tomorrow), and arithmetic with dates and quantities.
"""

from plummer.pipelines.views.fhirpath.compiler import Code, Env, compile_path
from plummer.pipelines.views.fhirpath.errors import path_error

__all__ = ["Code", "Env", "compile_path", "path_error"]
