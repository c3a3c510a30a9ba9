using System.Buffers;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Wire;

/// <summary>Fills a message with random content by walking it, as a reader would.</summary>
internal struct RandomFill(Random random, bool flexible, params string[] words) : IWire
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz.-_ é✓";

    public readonly bool Flexible => flexible;

    /// <summary>With words given, most content is such that a handler gets past its first checks.</summary>
    private readonly bool IsLikely => words.Length > 0 && random.Next(8) != 0;

    public readonly void Bool(ref bool value) => value = random.Next(2) == 0;

    public readonly void Int8(ref sbyte value) => value = (sbyte)random.Next(sbyte.MinValue, sbyte.MaxValue + 1);

    public readonly void Int16(ref short value) => value = (short)random.Next(short.MinValue, short.MaxValue + 1);

    public readonly void Int32(ref int value) => value = IsLikely ? random.Next(-1, 3) : random.Next(int.MinValue, int.MaxValue);

    public readonly void Int64(ref long value) => value = IsLikely ? random.NextInt64(-9, 9) : random.NextInt64(long.MinValue, long.MaxValue);

    public readonly void Uuid(ref Guid value)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        value = new Guid(bytes);
    }

    public readonly void Error(ref ErrorCode code) => code = (ErrorCode)random.Next(short.MinValue, short.MaxValue + 1);

    public readonly void String(ref string value) => value = Text();

    public readonly void NullableString(ref string? value) => value = random.Next(3) == 0 ? null : Text();

    public readonly void Bytes(ref byte[] value) => value = Blob();

    public readonly void NullableBytes(ref byte[]? value) => value = random.Next(3) == 0 ? null : Blob();

    public readonly void Records(ref ReadOnlySequence<byte>? value) => value = random.Next(3) == 0 ? null : new ReadOnlySequence<byte>(Blob());

    public readonly void Int32Array(ref List<int> items) => items = Many(random => random.Next());

    public readonly void Int64Array(ref List<long> items) => items = Many(random => random.NextInt64());

    public readonly void StringArray(ref List<string> items)
    {
        var fill = this;
        items = Many(_ => fill.Text());
    }

    public readonly void NullableInt32Array(ref List<int>? items) => items = random.Next(3) == 0 ? null : Many(random => random.Next());

    public readonly void NullableStringArray(ref List<string>? items)
    {
        items = null;
        if (random.Next(3) != 0)
        {
            StringArray(ref items!);
        }
    }

    public readonly void UuidArray(ref List<Guid> items) => items = Many(_ => Guid.NewGuid());

    public void Array<T>(ref List<T> items, int version) where T : class, IWireMessage, new()
    {
        items = [];
        for (var left = random.Next(4); left > 0; left--)
        {
            var item = new T();
            item.Walk(ref this, version);
            items.Add(item);
        }
    }

    public void NullableArray<T>(ref List<T>? items, int version) where T : class, IWireMessage, new()
    {
        items = null;
        if (random.Next(3) != 0)
        {
            Array(ref items!, version);
        }
    }

    public void Nullable<T>(ref T? item, int version) where T : class, IWireMessage, new()
    {
        item = null;
        if (random.Next(2) == 0)
        {
            item = new T();
            item.Walk(ref this, version);
        }
    }

    public readonly void Tags()
    {
    }

    private readonly List<T> Many<T>(Func<Random, T> one)
    {
        var random1 = random;
        return [.. Enumerable.Range(0, random.Next(4)).Select(_ => one(random1))];
    }

    private readonly string Text()
    {
        if (IsLikely)
        {
            return words[random.Next(words.Length)];
        }

        var length = random.Next(8) == 0 ? random.Next(300) : random.Next(12);
        var random1 = random;
        return string.Concat(Enumerable.Range(0, length).Select(_ => Letters[random1.Next(Letters.Length)]));
    }

    private readonly byte[] Blob()
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }
}
