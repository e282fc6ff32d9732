package io.atomflux.testkit.hub;

/** The two listeners of the imitation. */
public enum Host {
    /** Answers the API and redirects to the other one. */
    HUB,
    /** Delivers the bytes of large files by signed addresses. */
    CDN
}
