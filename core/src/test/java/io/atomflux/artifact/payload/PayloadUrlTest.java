package io.atomflux.artifact.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadUrlTest {

    private static final String ID = "0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @DisplayName("URLs: short text, file:///prefix/name or store://id/scope/name, reads back as it was written")
    @ValueSource(
            strings = {
                "file:///abc/d65df69e117544a5be2f2232765703ba",
                "file:///self_managed/d65df69e-1175-44a5-be2f-2232765703b8/x",
                "file:///a b/c@d",
                "store://" + ID + "/runs/7/x",
            })
    void readsBack(String text) {
        assertThat(PayloadUrl.parse(text)).hasToString(text).isEqualTo(PayloadUrl.parse(text));
    }

    @Test
    @DisplayName("an address knows its store, scope and name")
    void parts() {
        PayloadUrl url = PayloadUrl.parse("store://" + ID + "/runs/7/x");
        assertThat(url.store()).contains(ID);
        assertThat(url.scope()).isEqualTo("runs/7");
        assertThat(url.name()).isEqualTo("x");
        assertThat(PayloadUrl.parse("file:///runs/7/x").store()).isEmpty();
    }

    @ParameterizedTest(name = "[{index}]")
    @DisplayName("M1: addresses that could mean another place are refused")
    @ValueSource(
            strings = {
                "",
                "file:",
                "file:///",
                "file:///x",
                "file:////etc/passwd",
                "file:///etc//passwd",
                "file://host/a/b",
                "file://user@host/a/b",
                "file:/a/b",
                "FILE:///a/b",
                "http://h/a/b",
                "https:///a/b",
                "ftp:///a/b",
                "jar:file:///a/b",
                "../a",
                "a/b",
                "/a/b",
                "file:///../secret",
                "file:///a/../../secret",
                "file:///a/..",
                "file:///./a/b",
                "file:///a/./b",
                "file:///a/b/",
                "file:///a//b",
                "file:///a/..;/b",
                "file:///a/b;type=x",
                "file:///a;x/b",
                "file:///a/b?x",
                "file:///?/../../a/b",
                "file:///a/b#../../c",
                "file:///a/b#",
                "file:///#/../../../etc/passwd",
                "file:///a/%2e%2e/b",
                "file:///a/%2E%2E%2Fb",
                "file:///a/%252e%252e/b",
                "file:///a%2fb/c",
                "file:///a%5c..%5cb/c",
                "file:///a/%00b",
                "file:///a/..%c0%afb",
                "file:///a/\u0000b",
                "file:///a\nb/c",
                "file:///a\\..\\b/c",
                "file:///a/..\\b",
                "file:///C:/x/y",
                "file:///a/b:stream",
                "file:///a/ ",
                "file:/// a/b",
                "file:///a/\u202eb",
                "file:///a/\ud800",
                "file:///.atomflux/x",
                "file:///.atomflux/scopes/x",
                "store://a/b/c",
                "store:///a/b",
                "store://" + ID,
                "store://" + ID + "/",
                "store://" + ID + "/a",
                "store://" + ID + "//a/b",
                "store://" + ID + "/../a/b",
                "store://user@" + ID + "/a/b",
                "store://" + ID + ":80/a/b",
                "store://" + ID + "?/a/b",
            })
    void refuses(String text) {
        assertThatThrownBy(() -> PayloadUrl.parse(text)).isInstanceOf(InvalidNameException.class);
    }

    @ParameterizedTest(name = "[{index}]")
    @DisplayName("M1: a scope is never empty, absolute, or a way out of the store")
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "a/../b",
                "/a",
                "a/",
                "a//b",
                "a\\b",
                "%2e%2e",
                "a?b",
                "a#b",
                "a;b",
                ".atomflux",
                "a\u0000"
            })
    void refusesScopes(String name) {
        assertThatThrownBy(() -> Scope.owner(name)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> Scope.kept(name)).isInstanceOf(InvalidNameException.class);
    }
}
