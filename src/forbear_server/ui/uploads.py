"""Uploads go to a temporary file and stop at the limit: a file too large never fills the disk."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest


class LimitedTemporaryFileUploadHandler(TemporaryFileUploadHandler):
    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > settings.IMPORT_MAX_BYTES:
            if self.request is not None:
                self.request.META["forbear.upload_too_large"] = True
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
