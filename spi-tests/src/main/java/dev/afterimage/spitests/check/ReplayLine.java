package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.List;

import dev.afterimage.spitests.disk.ChoiceVector;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.DiskProfile;
import org.jspecify.annotations.Nullable;

/**
 * One line that brings a failure back: {@code kit1:STRATEGY:PROFILE:SCENARIO:POINT:CHOICE}, with {@code /POINT:CHOICE} for each crash of the recovery that followed.
 *
 * <p>The choices are spelled out, so a line outlives every change of how crash states are found. A line that ends after its scenario names a failure that
 * needed no crash.
 *
 * @param strategy the strategy's name
 * @param profile the profile of the disk
 * @param scenario the scenario's name, its seed included
 * @param crashes the crashes, outermost first; none if the scenario itself failed
 */
public record ReplayLine(String strategy, DiskProfile profile, String scenario, List<Crash> crashes) {
    /** The system property that holds a line to replay. */
    public static final String PROPERTY = "afterimage.replay";
    private static final String VERSION = "kit1";

    /**
     * One crash.
     *
     * @param point the crash point
     * @param choice what survived
     */
    public record Crash(int point, ChoiceVector choice) {
    }

    /** Copies the list. */
    public ReplayLine {
        crashes = List.copyOf(crashes);
    }

    /** The line in the system property, if there is one. */
    @Nullable
    public static ReplayLine requested() {
        String text = System.getProperty(PROPERTY);
        return text == null || text.isBlank() ? null : parse(text.strip());
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what a line looks like, and what is wrong with this one
     */
    public static ReplayLine parse(String line) {
        String[] crashTexts = line.split("/", -1);
        String[] head = crashTexts[0].split(":", -1);
        if (head.length != 4 && head.length != 6 || head.length == 4 && crashTexts.length > 1 || !head[0].equals(VERSION)) {
            throw malformed(line, "it has other parts");
        }
        if (head[1].isBlank() || head[3].isBlank()) {
            throw malformed(line, "its strategy or its scenario has no name");
        }
        try {
            List<Crash> crashes = new ArrayList<>();
            if (head.length == 6) {
                crashes.add(crash(head[4], head[5]));
            }
            for (int index = 1; index < crashTexts.length; index++) {
                String[] crash = crashTexts[index].split(":", -1);
                if (crash.length != 2) {
                    throw malformed(line, "\"" + crashTexts[index] + "\" is not a POINT:CHOICE");
                }
                crashes.add(crash(crash[0], crash[1]));
            }
            return new ReplayLine(head[1], DiskProfile.named(head[2]), head[3], crashes);
        } catch (IllegalArgumentException e) {
            throw e.getMessage().startsWith("replay line") ? e : malformed(line, e.getMessage());
        }
    }

    private static Crash crash(String point, String choice) {
        if (!point.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("crash point: expected a number, found \"" + point + "\"");
        }
        return new Crash(Integer.parseInt(point), ChoiceVector.decode(choice));
    }

    private static IllegalArgumentException malformed(String line, String why) {
        return new IllegalArgumentException("replay line: expected " + VERSION + ":STRATEGY:PROFILE:SCENARIO[:POINT:CHOICE[/POINT:CHOICE...]], found \"" + line + "\": " + why);
    }

    /** This line with one crash more. */
    public ReplayLine then(CrashState state) {
        List<Crash> more = new ArrayList<>(crashes);
        more.add(new Crash(state.point(), state.choice()));
        return new ReplayLine(strategy, profile, scenario, more);
    }

    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(VERSION).append(':').append(strategy).append(':').append(profile.title()).append(':').append(scenario);
        for (int index = 0; index < crashes.size(); index++) {
            line.append(index == 0 ? ':' : '/').append(crashes.get(index).point()).append(':').append(crashes.get(index).choice().encode());
        }
        return line.toString();
    }
}
