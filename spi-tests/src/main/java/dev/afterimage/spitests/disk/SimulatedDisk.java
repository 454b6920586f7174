package dev.afterimage.spitests.disk;

import java.util.List;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;

/** A disk in memory that remembers in which order it was asked what. Safe for many threads. */
public final class SimulatedDisk implements Disk {
    /** An empty disk. */
    public SimulatedDisk() {
        this(DiskImage.EMPTY);
    }

    /** A disk on which everything of the image is durable, with an empty trace and no locks: the disk after a reboot. */
    public SimulatedDisk(DiskImage image) {
    }

    /** The newest sequence number given out; a history notes it with each answer that the store gives. */
    public long now() {
        throw new UnsupportedOperationException();
    }

    /** The trace so far. */
    public DiskTrace trace() {
        throw new UnsupportedOperationException();
    }

    /** What a killed process leaves: everything issued. */
    public DiskImage asIssued() {
        throw new UnsupportedOperationException();
    }

    /** From now on every call throws {@code DiskException("the power is off")}. */
    public void powerOff() {
        throw new UnsupportedOperationException();
    }

    /** The faults to come. */
    public DiskFaults faults() {
        throw new UnsupportedOperationException();
    }

    /** Turns the trace off, which is cheap, or on: it then begins anew, with everything issued so far counted as durable. On at first. */
    public void recording(boolean on) {
        throw new UnsupportedOperationException();
    }

    /** How many handles of files are open: a closed store leaves none. */
    public int openFiles() {
        throw new UnsupportedOperationException();
    }

    /** How many locks are held: a closed store leaves none. */
    public int heldLocks() {
        throw new UnsupportedOperationException();
    }

    @Override
    public DiskFile create(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DiskFile open(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean exists(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> list() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void rename(String from, String to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void syncNames() {
        throw new UnsupportedOperationException();
    }

    @Override
    public DiskLock lock(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DeviceGuarantees guarantees() {
        return DeviceGuarantees.SECTOR;
    }

    @Override
    public String description() {
        return "simulated disk";
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
