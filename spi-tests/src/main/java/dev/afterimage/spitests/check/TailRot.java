package dev.afterimage.spitests.check;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Damages what the last acknowledged commit alone wrote and synced. Without an independent witness of where the log ended this cannot be told from a torn tail, so a strategy may lose that commit; how often it does not,
 * which the fault model calls {@code TAIL_ROT_DETECT}, is measured and reported. Anything but the state with that commit or the one before it breaks rule T2 even so.
 */
public final class TailRot {
    private static final int SECTOR = 512;
    private static final int FLIPS = 4;
    private static final int CASES_MAX = 120;

    private final StoreUnderTest subject;
    private final Tally tally;
    private int kept;
    private int refused;
    private int lost;

    /** Adds what it looks at to a tally. */
    public TailRot(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    /** Tries each sector that the last commit wrote. */
    public void measure() {
        try (Stage stage = new Stage(subject, 61)) {
            stage.create();
            List<Long> pages = stage.fill(4);
            commit(stage, pages);
            DiskImage earlier = stage.disk().asSynced();
            CommittedState before = stage.history().latest().after();
            commit(stage, pages);
            DiskImage image = stage.disk().asSynced();
            int cases = 0;
            for (String file : image.names()) {
                for (long at = 0; at + SECTOR <= image.size(file) && cases < CASES_MAX; at += SECTOR) {
                    byte[] now = image.read(file, at, SECTOR);
                    byte[] then = earlier.contains(file) && at + SECTOR <= earlier.size(file) ? earlier.read(file, at, SECTOR) : new byte[SECTOR];
                    if (!Arrays.equals(now, then)) {
                        cases += sector(image, file, at, now, before, stage.model());
                    }
                }
            }
        }
        if (kept + refused + lost == 0) {
            throw new Violation("T2", "found nothing that the last commit wrote: the check proves nothing", null);
        }
        tally.figures("rot in what the last commit alone wrote: " + (kept + refused + lost) + " cases, in " + kept + " the commit was there all the same, in " + refused
                + " opening or reading was refused, in " + lost + " it was gone without a word" + (lost == 0 ? " (TAIL_ROT_DETECT)" : ""));
    }

    private int sector(DiskImage image, String file, long at, byte[] now, CommittedState before, ReferenceModel model) {
        look(file + " at " + at + " zeroed", image.zeroSector(file, at / SECTOR), before, model);
        int cases = 1;
        for (int flip = 0; flip < FLIPS; flip++) {
            int place = (int) ((at / SECTOR * 37 + flip * 149L) % SECTOR);
            while (now[place] == 0 && cases < SECTOR) {
                place = (place + 1) % SECTOR;
                if (allZero(now)) {
                    return cases;
                }
            }
            look(file + " with bit " + flip + " of byte " + (at + place) + " turned", image.flipBit(file, at + place, flip), before, model);
            cases++;
        }
        return cases;
    }

    private static boolean allZero(byte[] bytes) {
        for (byte one : bytes) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    private void look(String damage, DiskImage image, CommittedState before, ReferenceModel model) {
        tally.oneCase();
        CommittedState wanted = model.history().latest().after();
        SimulatedDisk disk = new SimulatedDisk(image);
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(wanted, model.transactions()), 5)) {
            stage.open(OpenMode.OPEN);
            CommittedState found = Scan.of(stage.store(), Set.copyOf(model.knownPages()));
            if (found.equals(wanted)) {
                kept++;
            } else if (found.equals(before)) {
                lost++;
            } else {
                throw new Violation("T2", damage + ", of what the last commit wrote: expected the state with it, or the one before it, or a typed error; found\n" + wanted.difference(found), null);
            }
        } catch (StoreException e) {
            refused++;
        } catch (RuntimeException e) {
            throw new Violation("T2", damage + ": expected a committed state or a typed error, found " + e, e);
        }
    }

    private static void commit(Stage stage, List<Long> pages) {
        Actor actor = stage.actor(0);
        actor.begin();
        pages.forEach(actor::write);
        actor.commit(Durability.POWER_SAFE);
    }
}
