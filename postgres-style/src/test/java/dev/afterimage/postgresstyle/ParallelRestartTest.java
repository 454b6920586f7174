package dev.afterimage.postgresstyle;

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

@DisplayName("postgres-style restarts on several threads")
class ParallelRestartTest extends RestartOnSeveralThreads {
    @Override
    protected Workbench.Setup setup() {
        return new Workbench.Setup(new PostgresStyleProvider(), Map.of("max-wal-size", "64MiB", "wal-segment-size", "1MiB", "wal-buffers", "64KiB"));
    }

    @Override
    protected Set<String> helpers() {
        return Set.of("redo 1", "log read-ahead");
    }

    @Override
    protected int reportedUndone() {
        return 0;
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
