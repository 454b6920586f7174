package dev.afterimage.spitests.disk;

/**
 * What one power loss may leave behind.
 *
 * <p>What the store owes at this state is what had been acknowledged when {@link SimulatedDisk#now()} was at most {@code sequence}.
 *
 * @param point which crash point of the trace: just before its sync completion of that number, counted from 0; the number of all sync completions
 *         stands for the end of the trace
 * @param sequence the newest sequence number given out before the crash
 * @param choice which of the unsynced parts survived; with the trace and the point it rebuilds the image
 * @param image what the disk holds after the reboot
 */
public record CrashState(int point, long sequence, ChoiceVector choice, DiskImage image) {
    @Override
    public String toString() {
        return "crash point " + point + " (sequence " + sequence + "), choice " + choice.encode();
    }
}
