package dev.afterimage.spitests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The numbered rules of the SPI")
public class EveryRuleHasATestTest {
    private static final Path CONTRACT = Path.of("..", "api", "src", "main", "java", "dev", "afterimage", "spi", "package-info.java");

    /** For JUnit. */
    public EveryRuleHasATestTest() {
    }

    private static Set<String> contract() throws IOException {
        return Pattern.compile("<dt>([A-Z]\\d+)</dt>").matcher(Files.readString(CONTRACT)).results().map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Method> tests() {
        return Arrays.stream(RecoveryStrategyConformance.class.getDeclaredMethods()).filter(method -> method.isAnnotationPresent(Rule.class)).toList();
    }

    @Test
    @DisplayName("each have a conformance test that carries their number, and no test carries a number that is no rule's")
    public void eachHasOne() throws IOException {
        Set<String> carried = tests().stream().map(test -> test.getAnnotation(Rule.class).value()).collect(Collectors.toCollection(TreeSet::new));
        assertTrue(contract().size() > 20, () -> "found only " + contractText());
        assertEquals(contract(), carried);
    }

    private static String contractText() {
        try {
            return contract().toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    @DisplayName("stand at the head of the name of each of their tests, and in its tag")
    public void eachTestNamesIts() {
        for (Method test : tests()) {
            String rule = test.getAnnotation(Rule.class).value();
            assertTrue(test.isAnnotationPresent(Test.class), test.getName());
            assertTrue(Objects.requireNonNull(test.getAnnotation(DisplayName.class), test.getName()).value().startsWith(rule + " "), test.getName());
            assertTrue(Arrays.stream(test.getAnnotationsByType(Tag.class)).anyMatch(tag -> tag.value().equals("rule-" + rule)), test.getName());
        }
    }
}
