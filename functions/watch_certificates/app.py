"""Says each day how long Apple's certificates are still good for."""

from tessera.bootstrap import container
from tessera.entrypoints.certificate_watch import CertificateWatch

handler = CertificateWatch(container).handler
