package io.atomflux.mongo;

/**
 * Tells whether bytes are msgpack with a map whose keys are neither text nor bytes: Python's reader refuses these, and
 * asebytes 0.3 then takes them for plain bytes.
 */
final class MsgpackOutline {

    private MsgpackOutline() {}

    static boolean hasForeignMapKey(byte[] buffer, int at, int end) {
        int head = buffer[at] & 0xff;
        int first = head > 0x80 && head < 0x90 ? at + 1 : head == 0xde ? at + 3 : head == 0xdf ? at + 5 : -1;
        if (first < 0 || first >= end) {
            return false;
        }
        int key = buffer[first] & 0xff;
        return !(key >= 0xa0 && key < 0xc0 || key >= 0xd9 && key <= 0xdb || key >= 0xc4 && key <= 0xc6);
    }
}
