using System.Text;

namespace Headrace.Schemas.Testing;

/// <summary>Random .proto files that protoc accepts.</summary>
internal static class RandomProto
{
    private static readonly string[] Scalars =
        ["double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes"];

    private static readonly string[] Keys = ["int32", "int64", "uint32", "sint64", "fixed32", "bool", "string"];

    public static string File(Random random, string package)
    {
        var text = new StringBuilder($"syntax = \"proto3\";\npackage {package};\nimport \"google/protobuf/any.proto\";\nenum State {{ NONE = 0; SOME = {random.Next(1, 1 << 20)}; }}\n");
        foreach (var name in (string[])["A", "B", "C"])
        {
            Message(text, random, name, 0);
        }

        return text.ToString();
    }

    private static void Message(StringBuilder text, Random random, string name, int depth)
    {
        text.Append($"message {name} {{\n");
        var nested = depth < 3 ? random.Next(3) : 0;
        var number = 0;
        for (var index = 0; index < nested; index++)
        {
            Message(text, random, $"N{index}", depth + 1);
            Field(text, random, nested, ref number);
        }

        for (var count = random.Next(6); count > 0; count--)
        {
            Field(text, random, nested, ref number);
        }

        if (random.Next(3) == 0)
        {
            text.Append($"oneof choice {{ {Type(random, nested)} f_{++number} = {number}; {Type(random, nested)} f_{++number} = {number}; }}\n");
        }

        text.Append($"reserved {number + 10} to {number + 10 + random.Next(5)};\n}}\n");
    }

    private static void Field(StringBuilder text, Random random, int nested, ref int number)
    {
        number += random.Next(1, 3);
        var type = Type(random, nested);
        text.Append(random.Next(5) switch
        {
            0 => $"repeated {type} f_{number} = {number};\n",
            1 => $"optional {type} f_{number} = {number} [deprecated = true];\n",
            2 => $"map<{Keys[random.Next(Keys.Length)]}, {type}> f_{number} = {number};\n",
            _ => $"{type} f_{number} = {number};\n",
        });
    }

    private static string Type(Random random, int nested) => random.Next(4) switch
    {
        0 => random.Next(4) switch { 0 => "A", 1 => "C", 2 => "State", _ => "google.protobuf.Any" },
        1 when nested > 0 => $"N{random.Next(nested)}",
        _ => Scalars[random.Next(Scalars.Length)],
    };
}
