package dev.afterimage.spitests.play;

/** Something that happens to a store: a script for a {@link Stage}, the same every time it is played. */
public interface Scenario {
    /** What it is called in a replay line: lower case, digits and hyphens; a random one ends with its seed. */
    String title();

    /** The seed of what chance it involves. */
    default long seed() {
        return 1;
    }

    /** Plays it, from making the store to where the power fails. */
    void play(Stage stage);
}
