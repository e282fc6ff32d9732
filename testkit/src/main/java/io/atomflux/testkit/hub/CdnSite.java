package io.atomflux.testkit.hub;

import java.util.Optional;

/** Answers of the storage: bytes for whoever has a signed address, and nothing else on the request. */
final class CdnSite {

    private final Signatures signatures;

    CdnSite(Signatures signatures) {
        this.signatures = signatures;
    }

    Answer answer(RecordedRequest request) {
        if (request.header("authorization").isPresent()) {
            return Answer.xml(400, "InvalidArgument"); // two ways to authenticate in one request
        }
        if (!request.path().startsWith("/blob/")) {
            return Answer.xml(404, "NoSuchKey");
        }
        Optional<Stored> file = signatures.check(request.path(), request.query());
        return file.map(stored -> Answer.file(stored, request.header("range"), stored.xet()))
                .orElseGet(() -> Answer.xml(403, "AccessDenied"));
    }
}
