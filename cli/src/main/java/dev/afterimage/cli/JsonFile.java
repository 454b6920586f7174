package dev.afterimage.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.afterimage.cli.comparison.InputException;

/** Writes what {@code --json} asks for. */
final class JsonFile {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private JsonFile() {
    }

    static void write(Path file, Object content) {
        try {
            Files.writeString(file, GSON.toJson(content) + "\n", StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw InputException.of(file, "cannot be written", e);
        }
    }
}
