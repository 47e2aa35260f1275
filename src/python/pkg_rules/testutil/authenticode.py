"""Signs executables for Windows as other tools do, with a certificate of its own, and verifies them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

WHY_NOT = "there is no osslsigncode here; ./build-support/install_emulators.sh installs it"


def can_sign() -> bool:
    return shutil.which("osslsigncode") is not None


@dataclass(frozen=True)
class Signer:
    key: Path
    certificate: Path

    @classmethod
    def make(cls, folder: Path) -> Signer:
        signer = cls(folder / "key.pem", folder / "certificate.pem")
        _run(
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=A test of pkg_rules"),
            *("-addext", "extendedKeyUsage=codeSigning", "-keyout", str(signer.key), "-out", str(signer.certificate)),
        )
        return signer

    def sign(self, executable: Path, signed: Path) -> Path:
        keys = ("-certs", str(self.certificate), "-key", str(self.key))
        _run("osslsigncode", "sign", *keys, "-in", str(executable), "-out", str(signed))
        return signed

    def verify(self, signed: Path) -> str:
        """What osslsigncode says; an AssertionError if the signature does not hold."""
        said = _run("osslsigncode", "verify", "-CAfile", str(self.certificate), "-in", str(signed))
        assert "MISMATCH" not in said and "Number of verified signatures: 1" in said, said
        return said


def _run(*command: str) -> str:
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert finished.returncode == 0, finished.stdout
    return finished.stdout
