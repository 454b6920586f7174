package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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
    private static final Pattern FORM = Pattern.compile(VERSION + ":[^:/\\s]+:[^:/\\s]+:[^:/\\s]+(:\\d{1,9}:[^:/\\s]+(/\\d{1,9}:[^:/\\s]+)*)?");

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

    /** Reads a line. */
    public static ReplayLine parse(String line) {
        String[] crashTexts = line.split("/", -1);
        String[] head = crashTexts[0].split(":", -1);
        if (!FORM.matcher(line).matches()) {
            throw new IllegalArgumentException("replay line: expected " + VERSION + ":STRATEGY:PROFILE:SCENARIO[:POINT:CHOICE[/POINT:CHOICE...]], found \""
                    + line + "\"");
        }
        List<Crash> crashes = new ArrayList<>();
        if (head.length == 6) {
            crashes.add(new Crash(Integer.parseInt(head[4]), ChoiceVector.decode(head[5])));
        }
        for (int index = 1; index < crashTexts.length; index++) {
            String[] crash = crashTexts[index].split(":");
            crashes.add(new Crash(Integer.parseInt(crash[0]), ChoiceVector.decode(crash[1])));
        }
        return new ReplayLine(head[1], DiskProfile.named(head[2]), head[3], crashes);
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
