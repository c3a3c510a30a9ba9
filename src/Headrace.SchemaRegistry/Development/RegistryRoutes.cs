using System.Text.Json.Nodes;
using Headrace.Compatibility;
using Headrace.Kinds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headrace.Development;

/// <summary>Confluent's API, version 1 (https://docs.confluent.io/platform/current/schema-registry/develop/api.html), over a store.</summary>
internal sealed class RegistryRoutes(RegistryStore store)
{
    private const string MediaType = "application/vnd.schemaregistry.v1+json";

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", () => Json(new JsonObject()));
        MapSubjects(app);
        MapSchemas(app);
        MapSettings(app);
        app.MapPost("/compatibility/subjects/{subject}/versions", async (string subject, bool? verbose, HttpRequest request) =>
            Verdict(store.Check(subject, await SchemaOf(request)), verbose));
        app.MapPost("/compatibility/subjects/{subject}/versions/{version}", async (string subject, string version, bool? verbose, HttpRequest request) =>
            Verdict(store.Check(subject, version, await SchemaOf(request)), verbose));
        app.MapGet("/contexts", () => Json(Texts(store.Contexts())));
    }

    /// <summary>Turns what a request cannot be answered with into the API's errors.</summary>
    public static async Task AnswerFaultsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (RegistryRefusal refusal)
        {
            await Json(new JsonObject { ["error_code"] = refusal.Code, ["message"] = refusal.Message }, refusal.Status).ExecuteAsync(context);
        }
    }

    /// <summary>A path may begin with <c>/contexts/.name</c>: what follows is meant inside that context.</summary>
    public static void TakeContext(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/contexts", out var rest) && rest.Value is { Length: > 1 } path && path.IndexOf('/', 1) is > 0 and var end)
        {
            context.Items[typeof(SubjectName)] = path[1..end];
            context.Request.Path = path[end..];
        }
    }

    /// <summary>Names of .proto files are subjects too, and a slash inside a name reaches the routes as it was sent: %2F.</summary>
    public static void DecodeNames(HttpContext context)
    {
        foreach (var (name, value) in context.Request.RouteValues.ToList())
        {
            var text = (value as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            context.Request.RouteValues[name] = text is not null && name == "subject" ? SubjectName.In(ContextOf(context), text) : text ?? value;
        }
    }

    private static string ContextOf(HttpContext context) => context.Items[typeof(SubjectName)] as string ?? SubjectName.DefaultContext;

    private void MapSubjects(IEndpointRouteBuilder app)
    {
        app.MapGet("/subjects", (bool? deleted, string? subjectPrefix, HttpContext context) =>
            Json(Texts(store.Subjects(deleted ?? false, SubjectName.In(ContextOf(context), subjectPrefix ?? "")))));
        app.MapPost("/subjects/{subject}", async (string subject, HttpRequest request) => Json(Version(store.Find(subject, await SchemaOf(request)))));
        app.MapDelete("/subjects/{subject}", (string subject, bool? permanent) => Json(Numbers(store.Delete(subject, permanent ?? false))));
        app.MapGet("/subjects/{subject}/versions", (string subject, bool? deleted) => Json(Numbers(store.Versions(subject, deleted ?? false).Select(version => version.Version))));
        app.MapPost("/subjects/{subject}/versions", async (string subject, HttpRequest request) =>
        {
            var body = await BodyOf(request);
            var place = (int?)body["id"] is >= 0 and var id ? new ImportedPlace(id, (int?)body["version"]) : (ImportedPlace?)null;
            return Json(new JsonObject { ["id"] = store.Register(subject, SchemaOf(body), place) });
        });
        app.MapGet("/subjects/{subject}/versions/{version}", (string subject, string version, bool? deleted) => Json(Version(store.Version(subject, version, deleted ?? false))));
        app.MapDelete("/subjects/{subject}/versions/{version}", (string subject, string version, bool? permanent) => Json(store.Delete(subject, version, permanent ?? false)));
        app.MapGet("/subjects/{subject}/versions/{version}/schema", (string subject, string version) => Results.Content(store.Version(subject, version).Schema.Text, MediaType));
        app.MapGet("/subjects/{subject}/versions/{version}/referencedby", (string subject, string version) => Json(Numbers(store.ReferencedBy(subject, version))));
    }

    private void MapSchemas(IEndpointRouteBuilder app)
    {
        app.MapGet("/schemas", (bool? deleted, bool? latestOnly, string? subjectPrefix) => Json(new JsonArray([.. store.Subjects(deleted ?? false, subjectPrefix ?? "")
            .Select(subject => store.Versions(subject, deleted ?? false))
            .SelectMany(versions => latestOnly == true ? versions.TakeLast(1) : versions)
            .Select(Version)])));
        app.MapGet("/schemas/guids/{guid:guid}", (Guid guid) => Json(Schema(store.ByGuid(guid).Schema, [])));
        app.MapGet("/schemas/guids/{guid:guid}/ids", (Guid guid) => Json(new JsonArray(new JsonObject { ["context"] = SubjectName.DefaultContext, ["id"] = store.ByGuid(guid).Id })));
        app.MapGet("/schemas/types", () => Json(Texts(SchemaKinds.All)));
        app.MapGet("/schemas/ids/{id:int}", (int id) => Json(Schema(store.ById(id), [])));
        app.MapGet("/schemas/ids/{id:int}/schema", (int id) => Results.Content(store.ById(id).Text, MediaType));
        app.MapGet("/schemas/ids/{id:int}/subjects", (int id) => Json(Texts(store.VersionsOf(id).Select(version => version.Subject).Distinct())));
        app.MapGet("/schemas/ids/{id:int}/versions", (int id) => Json(new JsonArray([.. store.VersionsOf(id)
            .Select(version => new JsonObject { ["subject"] = version.Subject, ["version"] = version.Version })])));
    }

    private void MapSettings(IEndpointRouteBuilder app)
    {
        app.MapGet("/config", () => Json(new JsonObject { ["compatibilityLevel"] = store.Compatibility("") }));
        app.MapDelete("/config", () =>
        {
            var before = store.Compatibility("");
            store.SetCompatibility("", "");
            return Json(new JsonObject { ["compatibilityLevel"] = before });
        });
        app.MapPut("/config", async (HttpRequest request) => SetCompatibility("", await BodyOf(request)));
        app.MapGet("/config/{subject}", (string subject, bool? defaultToGlobal) => Json(new JsonObject
        {
            ["compatibilityLevel"] = store.OwnCompatibility(subject) ?? (defaultToGlobal == true ? store.Compatibility("") : throw new RegistryRefusal(40408, $"Subject '{subject}' does not have subject-level compatibility configured")),
        }));
        app.MapPut("/config/{subject}", async (string subject, HttpRequest request) => SetCompatibility(subject, await BodyOf(request)));
        app.MapDelete("/config/{subject}", (string subject) =>
        {
            var before = store.OwnCompatibility(subject) ?? throw RegistryRefusal.NoSubject(subject);
            store.SetCompatibility(subject, "");
            return Json(new JsonObject { ["compatibilityLevel"] = before });
        });
        MapModes(app);
    }

    private void MapModes(IEndpointRouteBuilder app)
    {
        app.MapGet("/mode", () => Json(new JsonObject { ["mode"] = store.Mode("") }));
        app.MapPut("/mode", async (bool? force, HttpRequest request) => SetMode("", await BodyOf(request), force ?? false));
        app.MapGet("/mode/{subject}", (string subject, bool? defaultToGlobal) => Json(new JsonObject
        {
            ["mode"] = store.OwnMode(subject) ?? (defaultToGlobal == true ? store.Mode("") : throw new RegistryRefusal(40409, $"Subject '{subject}' does not have subject-level mode configured")),
        }));
        app.MapPut("/mode/{subject}", async (string subject, bool? force, HttpRequest request) => SetMode(subject, await BodyOf(request), force ?? false));
        app.MapDelete("/mode/{subject}", (string subject) =>
        {
            var before = store.OwnMode(subject) ?? throw RegistryRefusal.NoSubject(subject);
            store.SetMode(subject, "");
            return Json(new JsonObject { ["mode"] = before });
        });
    }

    private IResult SetCompatibility(string subject, JsonObject body)
    {
        var text = (string?)body["compatibility"] ?? "";
        if (!CompatibilityNames.TryParse(text, out var mode))
        {
            throw new RegistryRefusal(42203, $"Invalid compatibility level '{text}'. Valid values are {string.Join(", ", Enum.GetValues<SchemaCompatibility>().Select(CompatibilityNames.Of))}");
        }

        store.SetCompatibility(subject, CompatibilityNames.Of(mode));
        return Json(new JsonObject { ["compatibility"] = CompatibilityNames.Of(mode) });
    }

    private IResult SetMode(string subject, JsonObject body, bool force)
    {
        var mode = (string?)body["mode"] ?? "";
        if (!RegistryMode.All.Contains(mode))
        {
            throw new RegistryRefusal(42204, $"Invalid mode '{mode}'. Valid values are {string.Join(", ", RegistryMode.All)}");
        }

        store.SetMode(subject, mode, force);
        return Json(new JsonObject { ["mode"] = mode });
    }

    private static IResult Verdict(IReadOnlyList<SchemaFault> faults, bool? verbose)
    {
        var verdict = new JsonObject { ["is_compatible"] = faults.Count == 0 };
        if (verbose == true)
        {
            verdict["messages"] = Texts(faults.Select(fault => fault.ToString()));
        }

        return Json(verdict);
    }

    private static async Task<RegistrySchema> SchemaOf(HttpRequest request) => SchemaOf(await BodyOf(request));

    private static RegistrySchema SchemaOf(JsonObject body)
    {
        return new((string?)body["schema"] ?? throw RegistryRefusal.NotValid("the body has no 'schema'."), (string?)body["schemaType"] ?? "AVRO")
        {
            References = body["references"] is JsonArray references
                ? [.. references.Select(reference => new SchemaReference((string)reference!["name"]!, (string)reference["subject"]!, (int)reference["version"]!))]
                : [],
        };
    }

    private static async Task<JsonObject> BodyOf(HttpRequest request)
    {
        try
        {
            return (await JsonNode.ParseAsync(request.Body))?.AsObject() ?? [];
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            throw new RegistryRefusal(400, $"The body is no JSON object: {error.Message}");
        }
    }

    private static JsonObject Version(StoredSchema version) =>
        Schema(version.Schema, new() { ["subject"] = version.Subject, ["id"] = version.Id, ["version"] = version.Version });

    private static JsonObject Schema(RegistrySchema schema, JsonObject answer)
    {
        if (schema.Type != "AVRO")
        {
            answer["schemaType"] = schema.Type;
        }

        if (schema.References.Count > 0)
        {
            answer["references"] = new JsonArray([.. schema.References.Select(reference =>
                new JsonObject { ["name"] = reference.Name, ["subject"] = reference.Subject, ["version"] = reference.Version })]);
        }

        answer["guid"] = SchemaGuid.Of(schema).ToString();
        answer["schema"] = schema.Text;
        return answer;
    }

    private static IResult Json(JsonNode answer, int status = StatusCodes.Status200OK) => Results.Content(answer.ToJsonString(), MediaType, null, status);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(number => JsonValue.Create(number))]);
}
