using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Tests.Conformance;

/// <summary>What a server may ask its client in the middle of a call.</summary>
internal static class Questions
{
    /// <summary>A form for the user.</summary>
    /// <param name="message">What the user is told.</param>
    /// <param name="properties">The fields, as a JSON object of schemas.</param>
    public static ElicitRequestParams Elicitation(string message, string properties) => new()
    {
        Message = message,
        RequestedSchema = JsonSerializer.Deserialize<ElicitRequestParams.RequestSchema>(
            $$"""{ "type": "object", "properties": {{properties}} }""", McpJsonUtilities.DefaultOptions),
    };

    /// <summary>The same as part of a result.</summary>
    public static InputRequest Form(string message, string properties) => InputRequest.ForElicitation(Elicitation(message, properties));

    /// <summary>A question to the client's model.</summary>
    public static CreateMessageRequestParams Sampling(string prompt, int maxTokens) => new()
    {
        Messages = [new SamplingMessage { Role = Role.User, Content = [new TextContentBlock { Text = prompt }] }],
        MaxTokens = maxTokens,
    };

    /// <summary>The same as part of a result.</summary>
    public static InputRequest Model(string prompt, int maxTokens) => InputRequest.ForSampling(Sampling(prompt, maxTokens));

    /// <summary>Which directories the client works in.</summary>
    public static InputRequest Roots() => InputRequest.ForRootsList(new ListRootsRequestParams());
}
