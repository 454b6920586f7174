package dev.afterimage.engine;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.api.StoreLockedException;
import dev.afterimage.api.StoreMissingException;
import dev.afterimage.api.StoreOpenException;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StoreEnvironment;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import org.jspecify.annotations.Nullable;

/**
 * Opens one store: looks, decides, locks, looks again, and only then touches anything.
 *
 * <p>A new store is made in this order, so that a crash between any two steps leaves either nothing, or a store that says "being made" and is made anew:
 * <ol>
 *   <li>the header, state "being made", is written beside its place, synced, renamed into place, and its name synced
 *   <li>what an earlier attempt left is deleted
 *   <li>the strategy makes itself empty
 *   <li>page 0 (the first space map) and page 1 (the root page) are made by a power-safe transaction
 *   <li>the header, state "ready", replaces the first in the same way
 * </ol>
 */
final class StoreOpening {
    static final String LOCK_FILE = "afterimage.lock";
    static final String NEW_HEADER_FILE = StoreHeader.FILE + ".new";
    static final String ENGINE_PREFIX = "afterimage.";
    private static final System.Logger LOG = System.getLogger("dev.afterimage.engine");

    private final StoreConfig config;
    private final StoreEnvironment environment;
    private final StrategyCatalogue strategies;
    private final DiskCatalogue disks;
    private final TimeSource time;
    private final RandomGenerator random;

    StoreOpening(StoreConfig config, StoreEnvironment environment, StrategyCatalogue strategies, DiskCatalogue disks) {
        this.config = config;
        this.environment = environment;
        this.strategies = strategies;
        this.disks = disks;
        time = environment.time() == null ? TimeSource.system() : environment.time();
        random = environment.random() == null ? new SecureRandom() : environment.random();
    }

    PageStore open() {
        try {
            return environment.disk() == null ? openPlace() : openOn(new CountingDisk(environment.disk()), false);
        } catch (DiskLockedException e) {
            throw new StoreLockedException(config.location() + " is open already: " + e.getMessage(), e);
        } catch (DiskException e) {
            throw new StoreOpenException(config.location() + " cannot be opened: " + e.getMessage(), e);
        } catch (StoreFailedException e) {
            throw new StoreOpenException(config.location() + " failed while it was being opened: " + e.getMessage() + "; open it again to recover", e);
        }
    }

    private PageStore openPlace() {
        DiskCatalogue.Place place = disks.locate(config.location());
        if (!place.exists()) {
            // All that can be refused is refused before the place is made.
            plan(null, config.location());
        }
        Disk disk = place.provider().open(place.rest());
        return opened(disk, () -> openOn(new CountingDisk(disk), true));
    }

    private PageStore openOn(CountingDisk disk, boolean ownsDisk) {
        look(disk);
        DiskLock lock = disk.lock(LOCK_FILE);
        // Looked at again under the lock: somebody may have made, or be done with making, a store since.
        return opened(lock, () -> openLocked(disk, ownsDisk, lock, look(disk)));
    }

    /** Opens the next part; if that fails, this part is closed again. */
    private static PageStore opened(AutoCloseable part, Supplier<PageStore> next) {
        try {
            return next.get();
        } catch (RuntimeException | Error e) {
            closeQuietly(part, e);
            throw e;
        }
    }

    private static void closeQuietly(AutoCloseable part, Throwable because) {
        try {
            part.close();
        } catch (Exception | Error e) {
            because.addSuppressed(e);
        }
    }

    // ---- looking

    /** What is to be done here: open the store of {@code header}, or, where there is none or an unfinished one, make one. */
    private record Plan(@Nullable StoreHeader header, RecoveryStrategyProvider provider, StrategyOptions options, int pageSize) {
        boolean creates() {
            return header == null || !header.ready();
        }
    }

    /** Looks at a disk without touching it, and decides; throws for all that is refused. */
    private Plan look(Disk disk) {
        List<String> names = disk.list();
        if (names.contains(StoreHeader.FILE)) {
            return plan(StoreHeader.readFrom(disk), disk.description());
        }
        List<String> foreign = names.stream().filter(name -> !name.equals(LOCK_FILE) && !name.equals(NEW_HEADER_FILE)).toList();
        if (!foreign.isEmpty()) {
            throw new StoreFormatException(disk.description() + ": expected a store or an empty place, found no " + StoreHeader.FILE + " but "
                    + String.join(", ", foreign.subList(0, Math.min(foreign.size(), 5)))
                    + (foreign.size() > 5 ? " and " + (foreign.size() - 5) + " more" : "") + "; nothing was touched, choose another place");
        }
        return plan(null, disk.description());
    }

    private Plan plan(@Nullable StoreHeader header, String place) {
        boolean ready = header != null && header.ready();
        if (ready && config.openMode() == OpenMode.CREATE) {
            throw new StoreMissingException(place + ": expected no store, for the open mode is CREATE, found one made by " + header.strategy());
        }
        if (!ready && config.openMode() == OpenMode.OPEN) {
            throw new StoreMissingException(place + ": expected a store, for the open mode is OPEN, found "
                    + (header == null ? "none" : "one whose making was cut short; the mode OPEN_OR_CREATE makes it anew"));
        }
        RecoveryStrategyProvider provider = strategies.choose(config, header == null ? null : header.strategy(), ready);
        int pageSize = ready ? header.pageSize() : config.pageSize().orElse(StoreConfig.PAGE_SIZE_DEFAULT);
        if (config.pageSize().isPresent() && config.pageSize().get() != pageSize) {
            throw new ConfigException(place + ": expected pages of " + config.pageSize().get() + " bytes, as the config asks, found a store with pages of "
                    + pageSize + "; leave the page size out to open it");
        }
        if (config.cacheBytes() / pageSize < StoreConfig.CACHE_PAGES_MIN) {
            throw new ConfigException("cache: expected at least " + StoreConfig.CACHE_PAGES_MIN + " pages of " + pageSize + " bytes, found "
                    + config.cacheBytes() + " bytes");
        }
        return new Plan(header, provider, StrategyOptions.of(provider.name(), provider.options(), config.options()), pageSize);
    }

    // ---- opening

    private PageStore openLocked(CountingDisk disk, boolean ownsDisk, DiskLock lock, Plan plan) {
        StoreHeader header = plan.header();
        if (header == null || plan.creates()) {
            header = new StoreHeader(false, plan.provider().name(), plan.pageSize(), random.nextLong(), time.epochMillis());
            writeHeader(disk, header);
            deleteLeftovers(disk);
        }
        StoreHealth health = new StoreHealth(disk.description(), config.listener());
        DaemonTasks ownTasks = environment.tasks() == null ? new DaemonTasks(health::failed) : null;
        PacedTasks tasks = new PacedTasks(ownTasks == null ? environment.tasks() : ownTasks);
        try {
            StoreParts parts = new StoreParts(disk, ownsDisk, lock, plan.provider(), header, health, tasks, ownTasks, time, random);
            return openStrategy(parts, plan);
        } catch (RuntimeException | Error e) {
            if (ownTasks != null) {
                closeQuietly(ownTasks, e);
            }
            throw e;
        }
    }

    private PageStore openStrategy(StoreParts parts, Plan plan) {
        StoreHeader header = parts.header();
        StrategyContext context = new StrategyContext(parts.disk(), plan.creates(), header.storeId(), header.pageSize(), config.cacheBytes(),
                config.relaxedWindow(), plan.options(), time, parts.tasks(), random, parts.health());
        RecoveryStrategy strategy = plan.provider().open(context);
        try {
            RecoveryReport report = strategy.recover();
            LOG.log(Level.DEBUG, () -> "recovered: " + report);
            long lastTransactionId = report.highestTransactionId();
            if (plan.creates()) {
                createFirstPages(strategy, plan, ++lastTransactionId);
                declareReady(parts.disk(), header);
            }
            OpenStore store = new OpenStore(config, parts, strategy, report, lastTransactionId);
            if (parts.health().hasFailed()) {
                throw parts.health().failedStore();
            }
            parts.health().tell(() -> config.listener().recovered(store.recoveryReport()));
            return store;
        } catch (RuntimeException | Error e) {
            // A strategy that has not recovered must write nothing when it is closed.
            parts.disk().shut();
            closeQuietly(strategy, e);
            throw e;
        }
    }

    private static void createFirstPages(RecoveryStrategy strategy, Plan plan, long transactionId) {
        StrategyTransaction transaction = strategy.begin(transactionId);
        SpaceMap.createFirst(transaction, plan.provider().traits().changeDetail(), plan.pageSize() - plan.provider().traits().pageHeaderBytes());
        transaction.commit(Durability.POWER_SAFE).await();
    }

    // ---- making

    /**
     * The last step. If it fails, nobody knows which of the two headers a crash will show, though readers see the second; a store opened by that one would take commits that vanish
     * with it. So the first is shown again: then the next opening starts over, whichever of them a crash shows.
     */
    private static void declareReady(Disk disk, StoreHeader making) {
        try {
            writeHeader(disk, making.asReady());
        } catch (RuntimeException | Error e) {
            try {
                replaceHeader(disk, making);
            } catch (RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Puts a header in place so that a crash leaves the one before or this one, whole; durable when it returns. */
    private static void writeHeader(Disk disk, StoreHeader header) {
        replaceHeader(disk, header);
        disk.syncNames();
    }

    private static void replaceHeader(Disk disk, StoreHeader header) {
        if (disk.exists(NEW_HEADER_FILE)) {
            disk.delete(NEW_HEADER_FILE);
        }
        try (DiskFile file = disk.create(NEW_HEADER_FILE)) {
            file.write(header.encode(), 0);
            file.sync();
        }
        disk.rename(NEW_HEADER_FILE, StoreHeader.FILE);
    }

    /** Deletes what an interrupted making left. Only ever called behind a durable header that says "being made", in a place that held nothing else. */
    private static void deleteLeftovers(Disk disk) {
        for (String name : disk.list()) {
            if (!name.startsWith(ENGINE_PREFIX)) {
                disk.delete(name);
            }
        }
    }
}
