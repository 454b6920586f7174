package dev.afterimage.spitests.check;

import java.util.List;
import java.util.Objects;

import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.DiskWatcher;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.watch.Homes;

/** Finds out where pages live, by closing a store in good order, opening it, and watching what it reads. */
final class HomeSearch {
    private static final int HOMES_OF_CACHES = 3;

    private HomeSearch() {
    }

    /** Where the first pages of any store live, as long as its strategy writes pages in place. */
    static Homes of(StoreUnderTest subject) {
        try (Stage stage = new Stage(subject, 1)) {
            stage.create();
            stage.fill(HOMES_OF_CACHES * subject.cachePages());
            DirectedScenario.commitAfter(stage, 1);
            return of(stage);
        }
    }

    /** Where the pages of this store live now; it is open afterwards. */
    static Homes of(Stage stage) {
        // Closed twice, so that copies made for the first time are out of the way of what is read.
        stage.reopen();
        DirectedScenario.commitAfter(stage, 1);
        CommittedState state = stage.history().latest().after();
        Homes homes = new Homes(usableBytes(stage));
        int events = stage.disk().trace().events().size();
        stage.closeStore();
        List<DiskEvent> closing = stage.disk().trace().events();
        DiskImage image = stage.disk().asIssued();
        stage.disk().watch(new DiskWatcher() {
            @Override
            public void happened(DiskEvent event) {
                // Only reads matter.
            }

            @Override
            public void read(String name, long position, int length) {
                if (image.contains(name) && position + length <= image.size(name)) {
                    homes.read(image, name, position, length, state);
                }
            }
        });
        stage.open(OpenMode.OPEN);
        Scan.of(stage.store(), stage.model().knownPages());
        stage.disk().watch(null);
        homes.keepLargest();
        long newest = Objects.requireNonNull(state.page(stage.root())).tag(0);
        closing.subList(events, closing.size()).forEach(event -> {
            if (event instanceof DiskEvent.Written written) {
                homes.written(written, newest);
            }
        });
        return homes;
    }

    /** Bytes of a page that the store gives out. */
    static int usableBytes(Stage stage) {
        try (Transaction transaction = stage.store().begin(TransactionOptions.READ_ONLY); ReadablePage page = transaction.read(stage.root())) {
            return page.size();
        }
    }
}
