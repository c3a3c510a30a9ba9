namespace Headrace;

/// <summary>Which subject of the registry a message's schema belongs to.</summary>
public enum SubjectStrategy
{
    /// <summary><c>&lt;topic&gt;-value</c>: one type on the topic.</summary>
    Topic,

    /// <summary>The record's full name: one line of versions for a type, on whatever topics it is.</summary>
    Record,

    /// <summary><c>&lt;topic&gt;-&lt;full name&gt;</c>: several types on the topic, each with its own versions.</summary>
    TopicRecord,
}
