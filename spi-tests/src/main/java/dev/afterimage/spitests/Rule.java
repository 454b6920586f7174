package dev.afterimage.spitests;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The numbered rule of {@code dev.afterimage.spi} that a conformance test is about. Every such test also has the JUnit tag {@code rule-A1} and the like, so
 * that one rule can be run alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Rule {
    /** The rule's number, for example {@code D1}. */
    String value();
}
