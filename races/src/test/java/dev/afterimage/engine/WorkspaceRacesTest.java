package dev.afterimage.engine;

import java.util.concurrent.ConcurrentHashMap;
import java.util.Map;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;
import dev.afterimage.spi.ChangeDetail;

/** {@link Workspace.Pool}: threads may share a place. */
@DisplayName("A pool of workspaces, whatever the order of its users,")
public class WorkspaceRacesTest {
    private final Workspace.Pool pool = new Workspace.Pool(ChangeDetail.NONE, 64);
    private final Map<Workspace, Boolean> used = new ConcurrentHashMap<>();

    @Test
    @DisplayName("gives none to two at a time")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** One transaction. */
    @Operation
    public void use() {
        Workspace mine = pool.take();
        if (used.put(mine, true) != null) {
            throw new IllegalStateException("two have one workspace");
        }
        used.remove(mine);
        pool.give(mine);
    }
}
