package dev.afterimage.innodbstyle;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.buffer.HomePages;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.WriteBarrier;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.workbench.RestartOnSeveralThreads;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("innodb-style restarts on several threads")
class ParallelRedoTest extends RestartOnSeveralThreads {
    @Override
    protected Workbench.Setup setup() {
        return new Workbench.Setup(new InnodbProvider(), Map.of("redo-log-capacity", "16MiB", "log-buffer-size", "256KiB", "doublewrite-size", "32KiB"));
    }

    @Override
    protected Set<String> helpers() {
        return Set.of("redo 1");
    }

    @Override
    protected int reportedUndone() {
        return 2;
    }

    @Override
    protected void plantForeignPage(Disk disk, long page) {
        try (HomePages homes = new HomePages(disk.open(PAGES_FILE), Workbench.PAGE_SIZE, Workbench.STORE_ID, WriteBarrier.NONE);
                PageMemory memory = PageMemory.allocate(Workbench.PAGE_SIZE, 1)) {
            PageHeader.setPageLsn(memory.page(0), 1L << 40);
            homes.write(page, memory.page(0));
        }
    }
}
