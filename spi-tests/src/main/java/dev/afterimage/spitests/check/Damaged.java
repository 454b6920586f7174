package dev.afterimage.spitests.check;

import java.util.List;
import java.util.Set;

import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Opens stores whose medium was damaged and reads all of them (rules T1 and T2): each must show a state that is allowed, or refuse with a typed error.
 *
 * @param subject the strategy
 * @param tally counts one case for each
 */
record Damaged(StoreUnderTest subject, Tally tally) {
    /**
     * Looks at one.
     *
     * @param rule the rule that is broken otherwise
     * @param damage what was done, for the message
     * @param model which pages to look for
     * @param allowed the states it may show, the newest last
     */
    void mustBeRefusedOrShow(String rule, String damage, DiskImage image, ReferenceModel model, List<CommittedState> allowed) {
        tally.oneCase();
        CommittedState newest = allowed.get(allowed.size() - 1);
        SimulatedDisk disk = new SimulatedDisk(image);
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(newest, model.transactions()), 5)) {
            stage.open(OpenMode.OPEN);
            CommittedState found = Scan.of(stage.store(), Set.copyOf(model.knownPages()));
            if (!allowed.contains(found)) {
                throw new Violation(rule, damage + ": expected a state that was committed or a typed error, found what differs from the newest by\n" + newest.difference(found), null);
            }
        } catch (StoreException e) {
            // Refused, and said so: that is what the rule asks for.
        } catch (RuntimeException e) {
            throw new Violation(rule, damage + ": expected a state that was committed or a typed error, found " + e, e);
        }
    }
}
