package io.atomflux.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What a shell needs to complete our commands and options. */
@Command(
        name = "completion",
        header = "Write a script that lets the Tab key complete commands.",
        description = "",
        footer = {
            "",
            "Examples:",
            "  source <(atomflux completion bash)    for this bash",
            "  source <(atomflux completion zsh)     for this zsh",
            "",
            "For every new shell put the line into ~/.bashrc or ~/.zshrc."
        })
final class CompletionCommand implements Callable<Integer> {

    /** Shells served. */
    enum Shell {
        bash,
        zsh
    }

    @ParentCommand
    @Nullable
    Cli cli;

    @Spec
    @Nullable
    CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "bash|zsh",
            arity = "0..1",
            defaultValue = "bash",
            description = "The shell; bash if not told.")
    Shell shell = Shell.bash;

    @Override
    public Integer call() {
        if (cli == null || spec == null) {
            throw new IllegalStateException("not run as a subcommand");
        }
        if (shell == Shell.zsh) {
            // The script asks for bashcompinit itself, but that needs compinit.
            cli.console.line("autoload -U +X compinit && compinit");
        }
        cli.console.print(AutoComplete.bash("atomflux", spec.root().commandLine()));
        return 0;
    }
}
