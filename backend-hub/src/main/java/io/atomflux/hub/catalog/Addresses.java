package io.atomflux.hub.catalog;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Addresses of one hub's interface for datasets.
 *
 * <p>Encoded by hand: {@link URI}'s constructors of several arguments encode a percent sign twice, and {@link
 * java.net.URLEncoder} writes a plus for a blank. Sources: {@code huggingface_hub}, {@code hf_api.py} (revisions and folders
 * are encoded whole) and {@code file_download.py} (of the path of a file the slashes are kept).
 */
final class Addresses {

    private static final String HEXADECIMAL = "0123456789ABCDEF";
    private static final String UNRESERVED = "_.-~"; // beside letters and digits: RFC 3986, section 2.3

    private final URI endpoint;

    /** Makes addresses below an endpoint without trailing slash. */
    Addresses(URI endpoint) {
        this.endpoint = endpoint;
    }

    URI endpoint() {
        return endpoint;
    }

    /** Returns where a dataset is described at a revision. */
    URI info(String id, String revision) {
        return URI.create(endpoint + "/api/datasets/" + id + "/revision/" + encoded(revision, false));
    }

    /** Returns where a folder's files are listed, the whole repository's if the folder is empty. */
    URI tree(String id, String revision, String folder, boolean recursive) {
        return URI.create(endpoint + "/api/datasets/" + id + "/tree/" + encoded(revision, false)
                + (folder.isEmpty() ? "" : "/" + encoded(folder, false))
                + "?recursive=" + recursive + "&expand=false");
    }

    /** Returns where a file's content is. */
    URI file(String id, String revision, String path) {
        return URI.create(
                endpoint + "/datasets/" + id + "/resolve/" + encoded(revision, false) + "/" + encoded(path, true));
    }

    static String encoded(String text, boolean keepSlashes) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte unit : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (unit & 0xff);
            if (c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || UNRESERVED.indexOf(c) >= 0
                    || keepSlashes && c == '/') {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEXADECIMAL.charAt(c >> 4)).append(HEXADECIMAL.charAt(c & 15));
            }
        }
        return encoded.toString();
    }
}
