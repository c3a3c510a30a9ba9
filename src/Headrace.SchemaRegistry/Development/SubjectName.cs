namespace Headrace.Development;

/// <summary>Names of subjects in contexts: <c>:.context:subject</c> (https://docs.confluent.io/platform/current/schema-registry/schema-linking-cp.html#contexts).</summary>
internal static class SubjectName
{
    /// <summary>The prefix of every subject in every context.</summary>
    public const string All = ":*:";

    public const string DefaultContext = ".";

    /// <summary>The subject in a context; a name that says its context already stays as it is.</summary>
    public static string In(string context, string subject) =>
        context == DefaultContext || subject.StartsWith(":.", StringComparison.Ordinal) ? subject : $":{context}:{subject}";

    public static string ContextOf(string subject) =>
        subject.StartsWith(":.", StringComparison.Ordinal) && subject.IndexOf(':', 1) is > 0 and var end ? subject[1..end] : DefaultContext;

    /// <summary>Whether a list by a prefix has the subject: without a context in the prefix only the default one's are meant.</summary>
    public static bool HasPrefix(string subject, string prefix) =>
        prefix.StartsWith(All, StringComparison.Ordinal)
            ? LocalOf(subject).StartsWith(prefix[All.Length..], StringComparison.Ordinal)
            : subject.StartsWith(prefix, StringComparison.Ordinal) && (prefix.StartsWith(":.", StringComparison.Ordinal) || ContextOf(subject) == DefaultContext);

    private static string LocalOf(string subject) => ContextOf(subject) == DefaultContext ? subject : subject[(subject.IndexOf(':', 1) + 1)..];
}
