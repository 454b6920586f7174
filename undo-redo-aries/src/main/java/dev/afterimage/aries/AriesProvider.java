package dev.afterimage.aries;

import java.util.List;
import java.util.function.Predicate;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.FileMissingException;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogDump;

/** The door of this plug-in. */
public final class AriesProvider implements RecoveryStrategyProvider {
    static final String NAME = "undo-redo-aries";

    private static final StrategyTraits TRAITS = new StrategyTraits(true, false, true, true, TornPageProtection.FULL_PAGE_IMAGES, ChangeDetail.RANGES_WITH_BEFORE,
            PageHeader.BYTES);

    /** For {@link java.util.ServiceLoader}. */
    public AriesProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "ARIES: changes go straight to shared pages, before- and after-images to the log; recovery repeats history, then undoes the losers.";
    }

    @Override
    public StrategyTraits traits() {
        return TRAITS;
    }

    @Override
    public List<StrategyOption<?>> options() {
        return AriesOptions.ALL;
    }

    /**
     * Prepares the strategy.
     *
     * @throws ConfigException if the options contradict each other, the page size, or the device
     */
    @Override
    public RecoveryStrategy open(StrategyContext context) {
        AriesOptions options = AriesOptions.of(context.options());
        options.checkRoomForPages(context.pageSize());
        context.requirePowerSafeOverwrite(name());
        options.tornPages().checkDevice(context.disk().guarantees(), context.pageSize());
        return new AriesStrategy(context, options);
    }

    /** Where recovery would begin is read from the control file, where that can be read; otherwise all there is of the log is shown. */
    @Override
    public LogSummary readLog(Disk disk, long storeId, Predicate<LogEntry> each) {
        LogAnchor needed = null;
        String note;
        try (DiskFile file = disk.open(StoreFileNames.CONTROL)) {
            ControlState control = ControlState.decode(AlternatingBlock.peek(file, storeId));
            needed = new LogAnchor(control.timeline(), control.redoPoint());
            note = "Restart would begin its analysis at LSN " + control.analysisLsn() + " of timeline " + control.timeline() + ", and redo at LSN " + control.redoPoint()
                    + (control.clean() ? "; the store was closed in good order." : ".");
        } catch (StoreDamagedException | StoreFormatException | FileMissingException unreadable) {
            note = "The control file, which says where recovery begins, cannot be read: " + unreadable.getMessage();
        }
        return new LogDump(disk, storeId).read(needed, new RecordDescriptions(), each).withNotes(List.of(note));
    }
}
