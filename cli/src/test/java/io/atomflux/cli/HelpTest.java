package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {

    private static CommandLine line() {
        return Cli.commandLine(new Console(new ByteArrayOutputStream(), new PrintWriter(new StringWriter()), false));
    }

    /** All commands below one, those of commands too, by what is typed. */
    private static Map<String, CommandLine> commands(String typed, CommandLine line) {
        Map<String, CommandLine> all = new TreeMap<>();
        line.getSubcommands().forEach((name, command) -> {
            all.put(typed + name, command);
            all.putAll(commands(typed + name + " ", command));
        });
        return all;
    }

    @Test
    @DisplayName("every option of every command is shown in an example of its help")
    void everyOptionHasAnExample() {
        commands("", line()).forEach((name, command) -> {
            String footer =
                    String.join("\n", command.getCommandSpec().usageMessage().footer());
            assertThat(footer).contains("Examples:");
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (!option.inherited() && !option.usageHelp() && !option.versionHelp()) {
                    assertThat(Arrays.stream(option.names()).allMatch(footer::contains))
                            .as("%s %s in: %s", name, Arrays.toString(option.names()), footer)
                            .isTrue();
                }
            }
        });
    }

    @Test
    @DisplayName("every command has help and a version, on standard output, in lines of at most eighty characters")
    void everyCommandHasHelp() {
        commands("", line()).keySet().forEach(name -> {
            Ran help = run((Object[]) (name + " --help").split(" ")).well();
            assertThat(help.out()).contains("atomflux " + name);
            assertThat(help.lines()).allMatch(text -> text.length() <= 80, "at most 80 characters");
            assertThat(run((Object[]) (name + " --version").split(" ")).well().out())
                    .startsWith("atomflux ")
                    .contains("Java ");
        });
        assertThat(run("--help").well().out())
                .contains("Exit codes:")
                .isEqualTo(run().well().out());
        assertThat(run("--version").well().out()).startsWith("atomflux ");
    }
}
