using System.Text.Json.Nodes;
using Coda.Core.Agents;

namespace Coda.Core.Tests.Agents;

/// <summary>The test cases of RFC 7396, appendix A, in its order.</summary>
public sealed class MergePatchTests
{
    [Fact]
    public void A_value_replaces() => Gives("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""");

    [Fact]
    public void A_key_is_added() => Gives("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""");

    [Fact]
    public void Null_removes() => Gives("""{"a":"b"}""", """{"a":null}""", "{}");

    [Fact]
    public void Null_removes_only_its_key() => Gives("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""");

    [Fact]
    public void A_value_replaces_a_list() => Gives("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""");

    [Fact]
    public void A_list_replaces_a_value() => Gives("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""");

    [Fact]
    public void Objects_merge() => Gives("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""");

    [Fact]
    public void A_list_of_objects_is_replaced() => Gives("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""");

    [Fact]
    public void A_whole_list_replaces_a_list() => Gives("""["a","b"]""", """["c","d"]""", """["c","d"]""");

    [Fact]
    public void A_list_replaces_an_object() => Gives("""{"a":"b"}""", """["c"]""", """["c"]""");

    [Fact]
    public void Null_replaces_a_whole_object() => Gives("""{"a":"foo"}""", "null", "null");

    [Fact]
    public void A_text_replaces_a_whole_object() => Gives("""{"a":"foo"}""", "\"bar\"", "\"bar\"");

    [Fact]
    public void Null_in_the_target_stays() => Gives("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""");

    [Fact]
    public void An_object_replaces_a_list() => Gives("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""");

    [Fact]
    public void Null_in_an_object_that_is_added_is_dropped() => Gives("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""");

    private static void Gives(string target, string patch, string result)
    {
        var (before, change) = (JsonNode.Parse(target), JsonNode.Parse(patch));

        var after = MergePatch.Apply(before, change);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(result), after), after?.ToJsonString() ?? "null");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(target), before), "the target was changed");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(patch), change), "the patch was changed");
    }
}
