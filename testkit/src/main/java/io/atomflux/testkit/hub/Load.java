package io.atomflux.testkit.hub;

/**
 * What one listener had to do.
 *
 * @param requests how many came
 * @param bodyBytes how many bytes of bodies were handed to the network
 * @param running how many requests are being answered now
 * @param mostParallel how many were being answered at once, at most
 */
public record Load(long requests, long bodyBytes, int running, int mostParallel) {}
