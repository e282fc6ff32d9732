/**
 * Manners on the network: redirects, who gets the token, retries with jitter and a budget, rate limits, ranges that are
 * checked and taken up again, limits on size and time, addresses that are refused.
 *
 * <p>Internal to the backend. Start at {@link io.atomflux.hub.net.HubClient}. May use {@code error} of the core and {@code
 * io.atomflux.hub.bytes}.
 */
@NullMarked
package io.atomflux.hub.net;

import org.jspecify.annotations.NullMarked;
