package io.atomflux.hub.net;

/** Where clients come from. */
public final class HubClients {

    private HubClients() {}

    /**
     * Makes a client; opens nothing before it is used.
     *
     * @param options whom it talks to, and how
     * @return to be closed by {@link HubClient#close}, which ends what runs
     */
    public static HubClient of(NetOptions options) {
        return new NettyHubClient(options, new Transport(options, null));
    }
}
