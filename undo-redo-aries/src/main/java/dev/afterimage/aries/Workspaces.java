package dev.afterimage.aries;

import java.util.concurrent.ConcurrentLinkedQueue;

/** Workspaces that no transaction uses now. Safe for many threads. */
final class Workspaces {
    private final ConcurrentLinkedQueue<Workspace> spare = new ConcurrentLinkedQueue<>();

    Workspace take() {
        Workspace workspace = spare.poll();
        return workspace == null ? new Workspace() : workspace;
    }

    void give(Workspace workspace) {
        workspace.clear();
        spare.add(workspace);
    }
}
