using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Headrace.Cli.Output;

/// <summary>What a command has to say: a line of JSON for programs, or something to look at.</summary>
internal sealed class Result(bool asJson)
{
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
