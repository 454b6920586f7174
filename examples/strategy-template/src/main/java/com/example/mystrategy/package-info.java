/**
 * Strategy: not written yet. It keeps its pages in memory only, so it is a strategy in everything but the one thing that strategies are for; the conformance kit will say so.
 */
@NullMarked
package com.example.mystrategy;

import org.jspecify.annotations.NullMarked;
