package dev.afterimage.spitests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.EveryViceIsCaughtTest;
import dev.afterimage.spitests.specimen.Vice;

@DisplayName("The catalogue of faults")
public class FaultCatalogueTest {
    private static final List<String> STRATEGIES = List.of("undo-redo-aries", "postgres-style", "innodb-style", "shadow-paging");
    private static final PageSection CATALOGUE = new PageSection("catalogue", "faults");
    private static final PageSection VICES = new PageSection("vices", "specimens");
    /** A row of a fault that was put in has so many columns; one that was not has fewer. */
    private static final int COLUMNS = 7;

    private final Path modules = FaultyBuild.modulesHere();
    private final Map<String, List<String>> places = places();

    /** For JUnit. */
    public FaultCatalogueTest() {
    }

    /** Who has which fault: strategies by their lists on the page, which their own tests keep current, and specimens. */
    private Map<String, List<String>> places() {
        Map<String, List<String>> found = new TreeMap<>();
        for (String strategy : STRATEGIES) {
            for (String row : FaultTable.section(strategy).rows(modules)) {
                String[] columns = row.substring(1).split("\\|");
                if (columns.length == COLUMNS) {
                    add(found, columns[0].strip().replaceAll("[a-z]$", ""), strategy);
                }
            }
        }
        Arrays.stream(Vice.values()).forEach(vice -> add(found, vice.fault(), "a specimen"));
        return found;
    }

    private static void add(Map<String, List<String>> found, String fault, String place) {
        List<String> there = found.computeIfAbsent(fault, id -> new ArrayList<>());
        if (!there.contains(place)) {
            there.add(place);
        }
    }

    @Test
    @DisplayName("is in strategies or specimens, as far as it can be expressed, and nowhere else")
    public void everyExpressibleFaultIsSomewhere() {
        List<String> missing = FaultCatalogue.ALL.stream().filter(fault -> fault.expressible() != places.containsKey(fault.id())).map(CataloguedFault::id).toList();
        assertEquals(List.of(), missing, "expressible and in no list, or in a list and said to be inexpressible");
    }

    @Test
    @DisplayName("names each fault once")
    public void namesAreUnique() {
        List<String> ids = FaultCatalogue.ALL.stream().map(CataloguedFault::id).toList();
        assertEquals(ids.stream().distinct().toList(), ids);
        assertFalse(ids.isEmpty());
    }

    @Test
    @DisplayName("is on the page of what the kit catches, and so are the vices of the specimens")
    public void thePageIsCurrent() {
        List<String> catalogue = FaultCatalogue.ALL.stream().map(this::row).toList();
        List<String> vices = EveryViceIsCaughtTest.rows();
        if ("write".equals(System.getProperty("afterimage.seeded-faults"))) {
            write(CATALOGUE, "| fault | what the faulty code does | put into | not expressible, because |\n|---|---|---|---|\n", catalogue);
            write(VICES, "| fault | specimen | what it does | caught by |\n|---|---|---|---|\n", vices);
        }
        assertEquals(catalogue, CATALOGUE.rows(modules), "run this test with " + PageSection.WRITE);
        assertEquals(vices, VICES.rows(modules), "run this test with " + PageSection.WRITE);
    }

    private void write(PageSection section, String head, List<String> rows) {
        section.replace(modules, section.marked(head + String.join("\n", rows) + "\n"));
    }

    private String row(CataloguedFault fault) {
        return "| " + fault.id() + " | " + fault.sentence() + " | " + String.join(", ", places.getOrDefault(fault.id(), List.of("nothing"))) + " | " + fault.inexpressible() + " |";
    }
}
