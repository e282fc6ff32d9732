/**
 * Files in the formats of ASE: xyz and extended xyz, and trajectories.
 *
 * <p>Start at {@link io.atomflux.file.ase.AseFilesProvider}, which is found by suffix ({@code *.xyz}, {@code *.extxyz}), and
 * {@link io.atomflux.file.ase.ExtxyzOptions}; for trajectories ({@code *.traj}) at {@link
 * io.atomflux.file.ase.TrajProvider}. All else is internal. Frames are read and written exactly as ASE 3.29 does;
 * where ASE would lose something in writing it is written in a form ASE reads back equal, or refused. The index of frames is
 * kept in memory only (eight bytes per frame), so files larger than memory can be streamed and read by position.
 *
 * <p>A frame without atoms is written with {@code species:R:1}, byte for byte as ASE writes it: ASE and this library read it
 * back as what it was, and as {@code species:S:1} as well. Deliberate differences from ASE in reading: a frame that ends
 * the file and has a negative count, and VEC lines of one number, are refused; words that end with NUL are, too; and of a
 * key given twice only the value that counts is looked at.
 *
 * <p>Changes are atomic and survive {@code kill -9} of the process. An append writes {@code .NAME.atomflux-append} beside
 * first, which hides its frames from readers of this library until all are there; programs that read the file by themselves
 * may see a part of a batch for a moment. Every other change writes a new file beside and renames it over the old one. {@code
 * .NAME.atomflux-lock} keeps writers apart and stays; other programs that write at the same time do not heed it. What
 * an append of this library left unfinished is hidden, and cut off by the next one. A last frame that another program left
 * unfinished is an error for whoever reaches it, as in ASE; with the option {@code torn=hide} it is treated like our own.
 *
 * <p>Files compressed with gzip or Zstandard are inflated, as far as they are read, into a temporary file without a name;
 * what was inflated is kept until the file changes or the store is closed, so reading by position costs as much as of a
 * plain file once its place was reached. An append adds one gzip member or Zstandard frame; every other change compresses
 * the whole file anew. Damage is told to whoever reaches it, and what stands before can be read; a checksum is compared
 * where its member ends, when frames of that member may have been read.
 *
 * <p>Of a trajectory the table of places in the file is the index. An append shows at one instant to everyone, ASE too, and
 * needs nothing beside; what a killed writer left behind the last frame stays as a gap, as in ASE. A program that has the
 * file open for appending knows nothing of frames that others add meanwhile, and would put its own in their place. A key
 * of info that Python reads as an integer is a text here. A compressed trajectory is inflated as a whole when it is opened,
 * and every change, an append too, writes it anew.
 *
 * <p>May use {@code file.compressed}, and {@code spi}, {@code adapter}, {@code codec}, {@code value} and {@code error} of the
 * core.
 */
@NullMarked
package io.atomflux.file.ase;

import org.jspecify.annotations.NullMarked;
