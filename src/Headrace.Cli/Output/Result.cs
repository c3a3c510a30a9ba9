using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Headrace.Cli.Output;

/// <summary>What a command has to say: a line of JSON for programs, or something to look at.</summary>
internal sealed class Result(bool asJson)
{
    /// <summary>Lines that stay as long as they are: they stand in a build's log.</summary>
    public void WriteLines<T>(T value, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> lines)
    {
        foreach (var line in asJson ? [JsonSerializer.Serialize(value, type)] : lines(value))
        {
            Console.Out.WriteLine(line);
        }

        Console.Out.Flush();
    }

    public void Write<T>(T value, JsonTypeInfo<T> type, Func<T, IRenderable> render)
    {
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(value, type));
        }
        else
        {
            AnsiConsole.Write(render(value));
        }

        Console.Out.Flush();
    }
}
