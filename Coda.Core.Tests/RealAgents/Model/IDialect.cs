using System.Text.Json.Nodes;

namespace Coda.Core.Tests.RealAgents.Model;

/// <summary>The way one vendor's API asks a model and hears its answer.</summary>
internal interface IDialect
{
    /// <summary>Whether a request to this path is in this dialect.</summary>
    bool Speaks(string path);

    /// <summary>Reads a request.</summary>
    Conversation Read(JsonNode body);

    /// <summary>The whole answer, for a request that does not stream.</summary>
    JsonNode Whole(Answer answer, string model);

    /// <summary>The answer as server-sent events: data, or event and data where <c>type</c> names it.</summary>
    IEnumerable<JsonNode> Stream(Answer answer, string model);
}
