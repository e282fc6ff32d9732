package io.atomflux.file.ase;

import java.util.Locale;

/** Symbols of the chemical elements by atomic number; {@code X} is number 0, as in ASE. */
final class Symbols {

    private static final String[] NAMES =
            ("X H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr"
                            + " Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta"
                            + " W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg"
                            + " Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og")
                    .split(" ");
    private static final byte[] TABLE = new byte[32 * 32];

    static {
        for (int z = 0; z < NAMES.length; z++) {
            String name = NAMES[z].toLowerCase(Locale.ROOT);
            int second = name.length() == 1 ? 0 : name.charAt(1) - 'a' + 1;
            TABLE[name.charAt(0) - 'a' + 1 << 5 | second] = (byte) (z + 1);
        }
    }

    private Symbols() {}

    /** Returns how many there are, with number 0. */
    static int count() {
        return NAMES.length;
    }

    static String of(int number) {
        return NAMES[number];
    }

    /** Returns the number of a symbol in any case, or a negative number if the bytes are none. */
    static int number(byte[] text, int from, int to) {
        int length = to - from;
        if (length < 1 || length > 2) {
            return -1;
        }
        int first = letter(text[from]);
        int second = length == 1 ? 0 : letter(text[from + 1]);
        return first < 1 || (second < 1 && length == 2) ? -1 : TABLE[first << 5 | second] - 1;
    }

    private static int letter(byte b) {
        int lower = b | 0x20;
        return b > 0 && lower >= 'a' && lower <= 'z' ? lower - 'a' + 1 : -1;
    }
}
