using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;
using Headrace.Schemas.Testing;

namespace Headrace.Schemas.Avro;

/// <summary>Plain records and classes: the schema that is derived of them, and their bytes.</summary>
public sealed class CodecTests
{
    [Fact]
    public void A_schema_is_derived_of_a_type() => Assert.Equal(
        """
        {"name":"shop.Order","type":"record","fields":[{"name":"id","type":"string"},
        {"name":"customer","type":["null","string"],"default":null},
        {"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},
        {"name":"state","type":{"name":"Headrace.Schemas.Avro.CodecTests.State","type":"enum","symbols":["Placed","PAID"],"default":"Placed"},"default":"PAID"},
        {"name":"lines","type":{"type":"array","items":{"name":"Headrace.Schemas.Avro.CodecTests.Line","type":"record","fields":[
        {"name":"stock_unit","type":"string","aliases":["sku"]},{"name":"quantity","type":"int","default":1}]}},"default":[]},
        {"name":"tags","type":{"type":"map","values":["null","string"]},"default":{}}]}
        """.ReplaceLineEndings(""),
        new AvroCodec<Order>().Schema.ToString());

    [Fact]
    public void A_message_reads_as_it_was_written()
    {
        var codec = new AvroCodec<Order>();
        var order = new Order("o-1", null, 79.9m) { State = State.Placed, Lines = [new("a"), new("b", 3)], Tags = { ["k"] = "v", ["n"] = null } };
        var hex = Hex.Of(codec, order);
        Assert.Equal("066f2d31" + "00" + "041f36" + "00" + "04" + "026102" + "026206" + "00" + "04" + "026b" + "020276" + "026e" + "00" + "00", hex);
        var read = Hex.Read(codec, hex);
        Assert.Equal(("o-1", null, 79.9m, State.Placed), (read.Id, read.Customer, read.Total, read.State));
        Assert.Equal(order.Lines, read.Lines);
        Assert.Equal(order.Tags, read.Tags);
    }

    [Fact]
    public void Every_simple_type_has_its_place()
    {
        var codec = new AvroCodec<Everything>();
        var all = new Everything
        {
            Flag = true, Small = -5, Octet = 200, Number = int.MinValue, Wide = uint.MaxValue, Long = long.MinValue, Single = 1.5f, Double = -0.1, Text = "äöü€𝄞 and more than twenty-one characters",
            Bytes = [1, 2, 3], Memory = new byte[] { 4 }, Decimal = -12345.678901m, Date = new(2024, 2, 29), Time = new(23, 59, 59, 999), Moment = DateTimeOffset.UnixEpoch.AddMicroseconds(-1),
            Clock = new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc), Span = TimeSpan.FromDays(3) + TimeSpan.FromMilliseconds(7), Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), Maybe = 7, MaybeDate = new(1969, 12, 31),
        };
        var read = Hex.Read(codec, Hex.Of(codec, all));
        Assert.Equal(all with { Bytes = read.Bytes, Memory = read.Memory }, read);
        Assert.Equal(all.Bytes, read.Bytes);
        Assert.Equal(all.Memory.ToArray(), read.Memory.ToArray());
        Assert.Equal(new Everything { Text = "", Bytes = [] } with { Bytes = read.Bytes }, Hex.Read(codec, Hex.Of(codec, new Everything { Text = "", Bytes = [] })) with { Bytes = read.Bytes, Memory = default });
    }

    [Fact]
    public void Decimals_of_any_size_and_scale_are_written_as_big_numbers_are_or_refused()
    {
        var (codec, random) = (new AvroCodec<Exact>(), new Random(41));
        for (var i = 0; i < 20_000; i++)
        {
            var parts = Enumerable.Range(0, 3).Select(part => random.Next(3) < part ? 0 : random.Next(int.MinValue, int.MaxValue) >>> random.Next(32)).ToArray();
            var value = new decimal(parts[0], parts[1], parts[2], random.Next(2) == 0, (byte)random.Next(29));
            var (unscaled, lost) = Unscaled(value, 14);
            if (!lost.IsZero || BigInteger.Abs(unscaled) >= BigInteger.Pow(10, 38))
            {
                Assert.Throws<MessageFormatException>(() => Hex.Of(codec, new(value)));
                continue;
            }

            var bytes = unscaled.ToByteArray(isBigEndian: true);
            Assert.Equal(Convert.ToHexStringLower([(byte)(bytes.Length << 1), .. bytes]), Hex.Of(codec, new(value)));
        }
    }

    [Fact]
    public void Texts_of_every_length_have_their_length_in_front()
    {
        var codec = new AvroCodec<Note>();
        foreach (var character in new[] { "a", "ä", "€" })
        {
            for (var length = 0; length <= 140; length++)
            {
                var text = string.Concat(Enumerable.Repeat(character, length));
                var bytes = Encoding.UTF8.GetBytes(text);
                var size = bytes.Length << 1;
                byte[] prefix = size < 0x80 ? [(byte)size] : [(byte)(size | 0x80), (byte)(size >> 7)];
                Assert.Equal(Convert.ToHexStringLower([.. prefix, .. bytes]), Hex.Of(codec, new(text)));
            }
        }
    }

    [Theory]
    [InlineData("0", "0200")]
    [InlineData("1", "040064")]
    [InlineData("-1", "029c")]
    [InlineData("-1.28", "0280")]
    [InlineData("1.28", "040080")]
    [InlineData("655.35", "0600ffff")]
    public void A_decimal_is_the_shortest_twos_complement(string value, string hex)
    {
        var codec = new AvroCodec<Money>();
        var expected = value == "1" ? "0264" : hex;
        Assert.Equal(expected, Hex.Of(codec, new(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), Hex.Read(codec, hex).Amount);
    }

    [Theory]
    [InlineData("0.001", "more than the 2 digits behind the point")]
    [InlineData("1000000", "more digits than its schema allows (precision 6, scale 2)")]
    public void A_decimal_that_does_not_fit_is_refused_and_never_rounded(string value, string message)
    {
        var error = Assert.Throws<MessageFormatException>(() => Hex.Of(new AvroCodec<Money>(), new(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_types_of_a_closed_hierarchy_are_a_union()
    {
        var codec = new AvroCodec<Drawing>();
        Assert.Contains("\"items\":[{\"name\":\"Headrace.Schemas.Avro.CodecTests.Circle\"", codec.Schema.ToString(), StringComparison.Ordinal);
        var drawing = new Drawing([new Circle(1), new Square(2), new Circle(3)], null);
        var read = Hex.Read(codec, Hex.Of(codec, drawing));
        Assert.Equal(drawing.Shapes, read.Shapes);
        Assert.Null(read.Frame);
        Assert.Equal(new Square(4), Hex.Read(codec, Hex.Of(codec, new([], new Square(4)))).Frame);
        var unknown = Assert.Throws<MessageFormatException>(() => Hex.Of(codec, new([new Triangle()], null)));
        Assert.Contains("[JsonDerivedType]", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_may_hold_itself()
    {
        var codec = new AvroCodec<Tree>();
        var tree = new Tree(1, [new(2, []), new(3, [new(4, [])])]);
        Assert.Equal(Hex.Of(codec, tree), Hex.Of(codec, Hex.Read(codec, Hex.Of(codec, tree))));
        var circle = new Tree(1, []);
        circle.Children.Add(circle);
        Assert.Contains("in a circle", Assert.Throws<MessageFormatException>(() => Hex.Of(codec, circle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_collection_is_read()
    {
        var codec = new AvroCodec<Lists>();
        var lists = new Lists([1], [2, 3], [4], ImmutableArray.Create(5, 6), new HashSet<int> { 7 }, new Dictionary<string, int> { ["a"] = 8 });
        var read = Hex.Read(codec, Hex.Of(codec, lists));
        Assert.Equal([.. lists.Array, .. lists.ReadOnly, .. lists.List, .. lists.Immutable, .. lists.Set], (int[])[.. read.Array, .. read.ReadOnly, .. read.List, .. read.Immutable, .. read.Set]);
        Assert.Equal(lists.Map, read.Map);
        // Blocks may come in pieces, with their sizes or without.
        Assert.Equal([1, 2, 3], Hex.Read(codec, "0202" + "03040406" + "00" + "00" + "00" + "00" + "00" + "00").Array);
    }

    [Fact]
    public void Null_where_none_is_allowed_is_refused_by_name()
    {
        var error = Assert.Throws<MessageFormatException>(() => Hex.Of(new AvroCodec<Line>(), new(null!)));
        Assert.Equal("The message cannot be written: Line.Sku is null, and its schema allows no null. Give it a value, or make it nullable.", error.Message);
    }

    [Fact]
    public void A_schema_of_another_language_fits_by_its_names()
    {
        var codec = new AvroCodec<Order>(AvroSchema.Parse(
            """
            {"type":"record","name":"com.acme.OrderEvent","fields":[
              {"name":"ID","type":"string"},{"name":"total","type":{"type":"fixed","name":"Money","size":8,"logicalType":"decimal","precision":16,"scale":4}},
              {"name":"state","type":{"type":"enum","name":"S","symbols":["PAID","PLACED"]}},{"name":"customer","type":["string","null"]},
              {"name":"lines","type":{"type":"array","items":{"type":"record","name":"L","fields":[{"name":"stockUnit","type":"string"},{"name":"quantity","type":"long"},{"name":"note","type":"string","default":"-"}]}}},
              {"name":"tags","type":{"type":"map","values":["null","string"]}}]}
            """));
        var hex = Hex.Of(codec, new("o", "c", 1.5m) { State = State.Placed, Lines = [new("a", 2)] });
        Assert.Equal("026f" + "0000000000003a98" + "02" + "000263" + "02" + "026104022d" + "00" + "00", hex);
        Assert.Equal(1.5m, Hex.Read(codec, hex).Total);
    }

    [Theory]
    [InlineData("""{"type":"record","name":"Line","fields":[{"name":"sku","type":"string"}]}""", "Line.Sku: Line has no field for it, so it would be lost in silence.")]
    [InlineData("""{"type":"record","name":"Line","fields":[{"name":"stock_unit","type":"int"},{"name":"quantity","type":"int"}]}""", "Line.Sku: a String cannot be int.")]
    [InlineData("""{"type":"record","name":"Line","fields":[{"name":"stock_unit","type":"string"},{"name":"quantity","type":"int"},{"name":"price","type":"double"}]}""", "Line.price: Line has this field without a default, and Line has no member for it.")]
    [InlineData("""{"type":"record","name":"Line","fields":[{"name":"stock_unit","type":"string"},{"name":"quantity","type":["null","int"]}]}""", "Line.Quantity: the schema allows null, and a Int32 is never null.")]
    [InlineData("\"string\"", "Line: a Line cannot be string.")]
    public void A_schema_that_does_not_fit_the_type_is_refused_by_name(string schema, string message)
    {
        var error = Assert.Throws<AvroSchemaException>(() => new AvroCodec<Line>(AvroSchema.Parse(schema)));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_without_a_counterpart_is_refused_by_name()
    {
        Assert.StartsWith("WithUri.Link: Uri has no counterpart", Assert.Throws<AvroSchemaException>(() => new AvroCodec<WithUri>()).Message, StringComparison.Ordinal);
        Assert.StartsWith("WithOpen.Shape: OpenShape is abstract", Assert.Throws<AvroSchemaException>(() => new AvroCodec<WithOpen>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_writers_unit_counts()
    {
        var codec = new AvroCodec<Event>();
        const string millis = """{"type":"record","name":"Event","fields":[{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}]}""";
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMilliseconds(1), Hex.Read(codec, "02", millis).At);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(1), Hex.Read(codec, "02").At);
    }

    [Fact]
    public void A_new_member_has_its_default_when_older_messages_are_read()
    {
        const string old = """{"type":"record","name":"shop.Order","fields":[{"name":"id","type":"string"},{"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}}]}""";
        var codec = new AvroCodec<Order>();
        var (first, second) = (Hex.Read(codec, "026f0264", old), Hex.Read(codec, "026f0264", old));
        Assert.Equal(("o", null, 1m, State.Paid), (first.Id, first.Customer, first.Total, first.State));
        Assert.Empty(first.Lines);
        Assert.NotSame(first.Tags, second.Tags);
    }

    [AvroName("shop.Order")]
    private sealed record Order(string Id, string? Customer, [property: AvroDecimal(12, 2)] decimal Total)
    {
        public State State { get; init; } = State.Paid;

        public List<Line> Lines { get; init; } = [];

        public Dictionary<string, string?> Tags { get; init; } = [];

        [JsonIgnore]
        public string Secret { get; set; } = "";

        public int Computed => Lines.Count;
    }

    private sealed record Line([property: JsonPropertyName("stock_unit"), AvroAlias("sku")] string Sku, int Quantity = 1);

    private enum State
    {
        [AvroDefault]
        Placed,

        [AvroName("PAID")]
        Paid,
    }

    private static (BigInteger Value, BigInteger Lost) Unscaled(decimal value, int scale)
    {
        var parts = decimal.GetBits(value);
        var digits = ((BigInteger)(uint)parts[2] << 64 | (BigInteger)(uint)parts[1] << 32 | (uint)parts[0]) * (parts[3] < 0 ? -1 : 1);
        return value.Scale <= scale ? (digits * BigInteger.Pow(10, scale - value.Scale), 0) : (BigInteger.DivRem(digits, BigInteger.Pow(10, value.Scale - scale), out var lost), lost);
    }

    private sealed record Money([property: AvroDecimal(6, 2)] decimal Amount);

    private sealed record Exact([property: AvroDecimal(38, 14)] decimal Amount);

    private sealed record Note(string Text);

    private sealed record Event(DateTimeOffset At);

    private sealed record Tree(int Value, List<Tree> Children);

    private sealed record Lists(int[] Array, IReadOnlyList<int> ReadOnly, IList<int> List, ImmutableArray<int> Immutable, ISet<int> Set, IReadOnlyDictionary<string, int> Map);

    private sealed record Drawing(IReadOnlyList<Shape> Shapes, Shape? Frame);

    [JsonDerivedType(typeof(Circle)), JsonDerivedType(typeof(Square))]
    private abstract record Shape;

    private sealed record Circle(double Radius) : Shape;

    private sealed record Square(double Side) : Shape;

    private sealed record Triangle : Shape;

    private sealed record WithUri(Uri Link);

    private sealed record WithOpen(OpenShape Shape);

    private abstract record OpenShape;

    private sealed record Everything
    {
        public bool Flag { get; init; }

        public short Small { get; init; }

        public byte Octet { get; init; }

        public int Number { get; init; }

        public uint Wide { get; init; }

        public long Long { get; init; }

        public float Single { get; init; }

        public double Double { get; init; }

        public required string Text { get; init; }

        public required byte[] Bytes { get; init; }

        public ReadOnlyMemory<byte> Memory { get; init; }

        public decimal Decimal { get; init; }

        public DateOnly Date { get; init; } = new(1970, 1, 1);

        public TimeOnly Time { get; init; }

        public DateTimeOffset Moment { get; init; }

        public DateTime Clock { get; init; } = DateTime.UnixEpoch;

        public TimeSpan Span { get; init; }

        public Guid Id { get; init; }

        public int? Maybe { get; init; }

        public DateOnly? MaybeDate { get; init; }
    }
}
