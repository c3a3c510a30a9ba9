namespace Headrace;

/// <summary>What the formats whose schemas are in a registry have in common.</summary>
public abstract class SchemaFormatOptions
{
    private protected SchemaFormatOptions()
    {
    }

    /// <summary>Which subject a schema belongs to. Default: that of the topic.</summary>
    public SubjectStrategy Subjects { get; set; } = SubjectStrategy.Topic;

    /// <summary>The subject of everything that is written, whatever the strategy; for a format of one producer (<c>WriteAs</c>). Default: none.</summary>
    public string? Subject { get; set; }

    /// <summary>Whether a schema that its subject does not have is registered at startup. Default: in Development only; elsewhere it is a fault.</summary>
    public bool? AutoRegister { get; set; }

    /// <summary>Write with the subject's latest schema in place of the type's own; the type must fit it. Default: no.</summary>
    public bool UseLatest { get; set; }

    /// <summary>Where the id goes in what is written. Default: before the value.</summary>
    public SchemaIdPlace SchemaId { get; set; } = SchemaIdPlace.Value;

    /// <summary>Reads records without a schema id, for a topic that moves from another format to this one. Default: none, they are dead-lettered.</summary>
    public IMessageFormat? Fallback { get; set; }
}
