package io.atomflux.redis;

/** The scripts of the layout; all loaded when the first store is made, on the thread of whoever makes it. */
final class Lua {

    // reading, or changing nothing that a late copy could spoil
    static final Script READ = Script.reading("read");
    static final Script GET = Script.reading("get");
    static final Script FOLLOW = Script.reading("follow");
    static final Script CHECK = Script.reading("check");
    static final Script UNOWNED = Script.reading("unowned");
    static final Script SWEEP = Script.reading("sweep");
    static final Script REGISTER = Script.reading("register");
    static final Script FORGET = Script.reading("forget");
    static final Script ABANDON = Script.reading("abandon");
    static final Script DRAIN = Script.reading("drain");
    static final Script PURGE = Script.reading("purge");
    static final Script REMOVE = Script.reading("remove");

    // applied once, by the client and the sequence number they carry
    static final Script ADD = Script.writing("add");
    static final Script PUT = Script.writing("put");
    static final Script UPDATE = Script.writing("update");
    static final Script DELETE = Script.writing("delete");
    static final Script DROP = Script.writing("drop");
    static final Script CLEAR = Script.writing("clear");
    static final Script HOLD = Script.writing("hold");
    static final Script STAGE = Script.writing("stage");

    private Lua() {}
}
