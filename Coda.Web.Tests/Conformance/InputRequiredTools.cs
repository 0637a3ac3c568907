using System.ComponentModel;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>Tools that answer with a question, to be called again with the answer (SEP-2322).</summary>
[McpServerToolType]
internal sealed class InputRequiredTools(IDataProtectionProvider protection)
{
    private const string Name = """{ "name": { "type": "string" } }""";
    private const string Ok = """{ "ok": { "type": "boolean" } }""";

    private readonly IDataProtector seal = protection.CreateProtector("request-state");

    [McpServerTool(Name = "test_input_required_result_elicitation"), Description("Asks for a name.")]
    public static string Elicitation(RequestContext<CallToolRequestParams> request) =>
        $"Hello, {Answer(request, "user_name", Questions.Form("What is your name?", Name)).Content?["name"]}!";

    [McpServerTool(Name = "test_streaming_elicitation"), Description("Asks for a name.")]
    public static string Streaming(RequestContext<CallToolRequestParams> request) => Elicitation(request);

    [McpServerTool(Name = "test_input_required_result_sampling"), Description("Asks the model.")]
    public static string Sampling(RequestContext<CallToolRequestParams> request) =>
        Raw(request, "capital_question", Questions.Model("What is the capital of France?", 100));

    [McpServerTool(Name = "test_input_required_result_list_roots"), Description("Asks for directories.")]
    public static string Roots(RequestContext<CallToolRequestParams> request) => Raw(request, "client_roots", Questions.Roots());

    [McpServerTool(Name = "test_input_required_result_request_state"), Description("Remembers something between the rounds.")]
    public string State(RequestContext<CallToolRequestParams> request)
    {
        if (Unseal(request) != "asked")
        {
            throw Ask("asked", ("confirm", Questions.Form("Please confirm", Ok)));
        }

        return "state-ok";
    }

    [McpServerTool(Name = "test_input_required_result_tampered_state"), Description("Takes back only what it gave out.")]
    public string TamperedState(RequestContext<CallToolRequestParams> request) => State(request);

    [McpServerTool(Name = "test_input_required_result_multiple_inputs"), Description("Asks three things at once.")]
    public string Multiple(RequestContext<CallToolRequestParams> request)
    {
        if (Unseal(request) != "asked")
        {
            throw Ask(
                "asked",
                ("user_name", Questions.Form("What is your name?", Name)),
                ("greeting", Questions.Model("Generate a greeting", 50)),
                ("client_roots", Questions.Roots()));
        }

        return string.Join(", ", request.Params!.InputResponses!.Keys);
    }

    [McpServerTool(Name = "test_input_required_result_multi_round"), Description("Asks twice.")]
    public string MultiRound(RequestContext<CallToolRequestParams> request) => Unseal(request) switch
    {
        null => throw Ask("step1", ("step1", Questions.Form("Step 1: What is your name?", Name))),
        "step1" => throw Ask(
            "step2", ("step2", Questions.Form("Step 2: What is your favorite color?", """{ "color": { "type": "string" } }"""))),
        _ => "Both steps done.",
    };

    [McpServerTool(Name = "test_input_required_result_capabilities"), Description("Asks only what the client can answer.")]
    public static string Capabilities(RequestContext<CallToolRequestParams> request)
    {
        var offered = request.JsonRpcRequest.Context?.ClientCapabilities;
        var questions = new Dictionary<string, InputRequest>();
        if (offered?.Sampling is not null)
        {
            questions["model"] = Questions.Model("Say something.", 20);
        }

        if (offered?.Elicitation is not null)
        {
            questions["user"] = Questions.Form("Say something.", Name);
        }

        return request.Params?.InputResponses is { Count: > 0 } ? "Done." : throw new InputRequiredException(questions, null);
    }

    /// <summary>The user's answer; asks where there is none, or none that is well-formed.</summary>
    public static ElicitResult Answer<T>(RequestContext<T> request, string key, InputRequest question)
        where T : RequestParams
    {
        if (request.Params?.InputResponses?.TryGetValue(key, out var response) == true
            && response.RawValue.ValueKind == System.Text.Json.JsonValueKind.Object)
        {
            return response.Deserialize(InputResponse.ElicitResultJsonTypeInfo)!;
        }

        throw new InputRequiredException(new Dictionary<string, InputRequest> { [key] = question }, null);
    }

    private static string Raw(RequestContext<CallToolRequestParams> request, string key, InputRequest question) =>
        request.Params?.InputResponses?.TryGetValue(key, out var response) == true
            ? $"Received: {response.RawValue}"
            : throw new InputRequiredException(new Dictionary<string, InputRequest> { [key] = question }, null);

    private InputRequiredException Ask(string state, params (string Key, InputRequest Question)[] questions) =>
        new(
            questions.ToDictionary(entry => entry.Key, entry => entry.Question),
            Convert.ToBase64String(seal.Protect(Encoding.UTF8.GetBytes(state))));

    private string? Unseal(RequestContext<CallToolRequestParams> request)
    {
        if (request.Params?.RequestState is not { } state)
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(seal.Unprotect(Convert.FromBase64String(state)));
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException)
        {
            throw new McpProtocolException("This request state is not of this server.", McpErrorCode.InvalidParams);
        }
    }
}
