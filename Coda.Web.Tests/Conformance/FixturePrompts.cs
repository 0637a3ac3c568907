using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>Prompts of each kind.</summary>
[McpServerPromptType]
internal static class FixturePrompts
{
    [McpServerPrompt(Name = "test_simple_prompt"), Description("Has no arguments.")]
    public static string Simple() => "This is a simple prompt for testing.";

    [McpServerPrompt(Name = "test_prompt_with_arguments"), Description("Has two arguments.")]
    public static string WithArguments([Description("First.")] string arg1, [Description("Second.")] string arg2) =>
        $"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'";

    [McpServerPrompt(Name = "test_prompt_with_embedded_resource"), Description("Holds a resource.")]
    public static IEnumerable<PromptMessage> WithResource([Description("Which.")] string resourceUri) =>
    [
        new() { Role = Role.User, Content = ContentTools.Embed(resourceUri, "text/plain", "Embedded resource content for testing.") },
        new() { Role = Role.User, Content = new TextContentBlock { Text = "Please process the embedded resource above." } },
    ];

    [McpServerPrompt(Name = "test_prompt_with_image"), Description("Holds an image.")]
    public static IEnumerable<PromptMessage> WithImage() =>
    [
        new() { Role = Role.User, Content = ContentTools.Image() },
        new() { Role = Role.User, Content = new TextContentBlock { Text = "Please analyze the image above." } },
    ];

    [McpServerPrompt(Name = "test_input_required_result_prompt"), Description("Asks before it answers.")]
    public static string WithQuestion(RequestContext<GetPromptRequestParams> request)
    {
        var answer = InputRequiredTools.Answer(
            request, "user_context", Questions.Form("What context should the prompt use?", """{ "context": { "type": "string" } }"""));
        return $"Use this: {answer.Content?["context"]}";
    }
}
