package io.atomflux.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command without a subcommand, and what its subcommands share. */
@Command(
        name = "atomflux",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Cli.Version.class,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND")
final class Cli {

    /** Exit code when something was found wrong. */
    static final int FOUND_WRONG = 1;
    /** Exit code when the command could not be carried out. */
    static final int FAILED = 2;

    final Console console;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Show where in the program an error arose.")
    boolean stacktrace;

    private Cli(Console console) {
        this.console = console;
    }

    /** Runs one command and returns its exit code. */
    static int run(Console console, String... args) {
        Cli cli = new Cli(console);
        Failures failures = new Failures(cli);
        try {
            int code = commandLine(cli)
                    .setParameterExceptionHandler(failures)
                    .setExecutionExceptionHandler(failures)
                    .execute(args.length == 0 ? new String[] {"--help"} : args);
            console.flush();
            return code;
        } catch (OutputException
                | Error e) { // picocli lets errors pass, and the JVM would end with 1: something found wrong
            return failures.report(e);
        }
    }

    static CommandLine commandLine(Console console) {
        return commandLine(new Cli(console));
    }

    private static CommandLine commandLine(Cli cli) {
        CommandLine line = new CommandLine(cli)
                .addSubcommand(new QuickstartCommand())
                .addSubcommand(new CopyCommand())
                .addSubcommand(new InfoCommand())
                .addSubcommand(new HeadCommand())
                .addSubcommand(new CatCommand())
                .addSubcommand(new ColumnCommand())
                .addSubcommand(new GroupsCommand())
                .addSubcommand(new SchemaCommand())
                .addSubcommand(new StatsCommand())
                .addSubcommand(new DigestCommand())
                .addSubcommand(new VerifyCommand())
                .addSubcommand(new ArtifactsCommand())
                .addSubcommand(new CompletionCommand());
        line.getCommandSpec()
                .usageMessage()
                .header("Look into stores of atomistic structures and records, and copy between them.")
                .description("")
                .footer(
                        "",
                        "STORE is a path or URI: md.lmdb, frames.extxyz, 'md.lmdb?group=train'.",
                        "Behind an @ stand rows as Python and ASE write them: 'md.lmdb@7',",
                        "'md.lmdb@-3:', 'frames.xyz@::10'. A file whose name has an @ is taken as it is",
                        "if it exists. A pattern in quotes names several files, read one after the other:",
                        "'data/*.xyz', 'run?/md.extxyz', '**/*.{xyz,lmdb}'. Datasets of hubs are read as",
                        "hf://user/name, colabfit://name, 'optimade://provider/name?config=…'.",
                        "",
                        "Exit codes: 0 done; 1 something was found wrong; 2 it could not be done.",
                        "",
                        "Examples:",
                        "  atomflux quickstart                          a first store, in seconds",
                        "  atomflux copy frames.xyz md.lmdb             convert a trajectory",
                        "  atomflux info md.lmdb --json | jq .rows      count its rows in a script",
                        "  atomflux info no-such.lmdb --stacktrace      see where an error arose");
        line.setUsageHelpLongOptionsMaxWidth(30);
        line.setOut(cli.console.helpOut()).setErr(cli.console.err());
        return line;
    }

    /** Tells version and Java. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Cli.class.getPackage().getImplementationVersion();
            return new String[] {
                "atomflux " + (version == null ? "(from classes)" : version) + ", Java "
                        + System.getProperty("java.version")
            };
        }
    }
}
