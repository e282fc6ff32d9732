package io.atomflux.file.columnar;

/**
 * A group as it was at one state of the file.
 *
 * @param number tells states apart within this process, for the cache
 * @param stamp what {@code TreeStore.stamp} said then
 * @param layout how its rows lie
 * @param group its name
 * @param frames what can be read
 */
record State(long number, Object stamp, Layout layout, String group, Frames frames) {}
