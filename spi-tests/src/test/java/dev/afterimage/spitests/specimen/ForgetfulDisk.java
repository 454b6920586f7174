package dev.afterimage.spitests.specimen;

import java.util.function.Predicate;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.ForwardingDisk;

/** A disk that forgets to sync some files, and says that it did. */
final class ForgetfulDisk extends ForwardingDisk {
    private final Predicate<String> forgets;

    ForgetfulDisk(Disk beneath, Predicate<String> forgets) {
        super(beneath);
        this.forgets = forgets;
    }

    @Override
    protected DiskFile around(DiskFile file) {
        return new ForwardingFile(file) {
            @Override
            public void sync() {
                if (!forgets.test(name())) {
                    super.sync();
                }
            }

            @Override
            public void syncData() {
                if (!forgets.test(name())) {
                    super.syncData();
                }
            }
        };
    }

    @Override
    public String description() {
        return "forgetful " + super.description();
    }
}
