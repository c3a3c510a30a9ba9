namespace Headrace;

/// <summary>The rules by which one schema reads what another wrote.</summary>
public enum SchemaRule
{
    /// <summary>The types are equal, or the writer's can be promoted to the reader's.</summary>
    TypesMatch,

    /// <summary>Records, enums and fixed have the same name, or the reader's has the writer's as an alias.</summary>
    NamesMatch,

    /// <summary>A field that only the reader has needs a default.</summary>
    NewFieldHasDefault,

    /// <summary>The reader has every symbol of the writer's enum, or a default symbol.</summary>
    SymbolsKnown,

    /// <summary>Fixed have the same size.</summary>
    SizesMatch,

    /// <summary>Every branch of the writer's union is read by some branch of the reader's.</summary>
    BranchesKnown,

    /// <summary>Decimals have the same scale.</summary>
    DecimalsMatch,

    /// <summary>A message that the writer may write is known to the reader.</summary>
    MessagesKnown,

    /// <summary>A field is single or repeated on both sides, unless its bytes are the same.</summary>
    LabelsMatch,

    /// <summary>What the reader requires, every writer writes.</summary>
    RequiredFilled,

    /// <summary>Fields of which the reader keeps one are never written together.</summary>
    ChoicesMatch,

    /// <summary>A limit of a value – its range, length, pattern, count – only widens.</summary>
    LimitsKept,

    /// <summary>A member that could be written may still be there.</summary>
    MembersAllowed,

    /// <summary>It can be told whether one schema allows what another does.</summary>
    Comparable,

    /// <summary>A field keeps its name.</summary>
    NoRename,

    /// <summary>A field stays.</summary>
    NoRemoval,
}
